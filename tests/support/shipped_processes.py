"""The shipped processes, `python -m recommendations` and `python -m marketplace`, to stop, kill and pause."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import grpc
import psutil
from grpc_health.v1 import health_pb2

from quickstart.child_process import stop_process
from quickstart.die_with_parent import die_with_parent
from tests.conftest import ROOT
from tests.support.processes import READY_CHECKS, unused_port, wait_until
from tests.support.whole_shop import NO_METRICS

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
CHECK_TIMEOUT_S = 1.0
MAX_SHOWN = 1_000
AS_IN_CONTAINERS = dict(re.findall(r"\nENV (MALLOC_ARENA_MAX)=(\d+)\n", (ROOT / "Dockerfile").read_text("utf-8")))
"""The environment of the images that changes how much memory a process keeps."""

OUR_SETTINGS = ("DATABASE_", "RECOMMENDATIONS_", "MARKETPLACE_")


class Resources(NamedTuple):
    """Resources that a process and its children use together."""

    resident_bytes: int
    descriptors: int
    threads: int


@dataclass
class ShippedProcess:
    """One of our two services as a child process. It keeps its address when it is started again."""

    module: str
    log: Path
    port: int
    is_ready: Callable[[], bool]
    settings: dict[str, str]
    prefix: tuple[str, ...] = ()
    """The command in front of it, such as `faketime`."""
    folder: Path | None = None
    """The folder of its code, if it is another version than this one."""
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process, "it has not been started"
        return self.process.pid

    @property
    def exit_status(self) -> int | None:
        """Its exit status, negative for the signal that killed it; None while it runs."""
        return self.process.returncode if self.process else None

    @property
    def output(self) -> str:
        """What it has written since its first start."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it is ready."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith(OUR_SETTINGS)}
        environ |= NO_METRICS
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*die_with_parent("KILL"), *self.prefix, sys.executable, "-m", self.module],
                env=environ | self.settings,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until it reports that it is ready."""
        wait_until(lambda: self.is_ready() or self.has_ended(), START_TIMEOUT_S)
        assert not self.has_ended(), self.output[-2_000:]

    def has_ended(self) -> bool:
        """Return whether it has ended, or was never started."""
        return not self.process or self.process.poll() is not None

    def stop(self) -> None:
        """Stop it in order; what is left after 20 s is killed."""
        if self.process:
            self.resume()
            stop_process(self.process, STOP_TIMEOUT_S, group=True)

    def kill(self) -> None:
        """Kill it with all its children, by SIGKILL."""
        os.killpg(self.pid, signal.SIGKILL)
        if self.process:
            self.process.wait()

    def pause(self) -> None:
        """Stop its execution by SIGSTOP: it keeps its connections and answers nothing."""
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Continue its execution."""
        if not self.has_ended():
            os.killpg(self.pid, signal.SIGCONT)

    def resources(self) -> Resources:
        """Return what it and its children use now."""
        root = psutil.Process(self.pid)
        family = [root, *root.children(recursive=True)]
        return Resources(
            sum(process.memory_info().rss for process in family),
            sum(process.num_fds() for process in family),
            sum(process.num_threads() for process in family),
        )


def service_process(
    log: Path, database_url: str, port: int = 0, module: str = "recommendations", **settings: str
) -> ShippedProcess:
    """Return the recommendations service on this database, at a free port unless one is given."""
    port = port or unused_port()
    ours = {
        "DATABASE_URL": database_url,
        "RECOMMENDATIONS_LISTEN": f"127.0.0.1:{port}",
        "RECOMMENDATIONS_LOG_FORMAT": "json",
    }
    return ShippedProcess(module, log, port, lambda: _is_serving(port), ours | settings)


def page_process(log: Path, target: str, port: int = 0, **settings: str) -> ShippedProcess:
    """Return the marketplace in front of the service at a gRPC target."""
    port = port or unused_port()
    ours = {
        "RECOMMENDATIONS_TARGET": target,
        "MARKETPLACE_LISTEN": f"127.0.0.1:{port}",
        "MARKETPLACE_LOG_FORMAT": "json",
    }
    return ShippedProcess("marketplace", log, port, lambda: _is_ready(port), ours | settings)


def all_replicas(*services: ShippedProcess) -> str:
    """Return the gRPC target that stands for all of these services."""
    return "ipv4:" + ",".join(service.target for service in services)


def tracebacks(*processes: ShippedProcess) -> list[str]:
    """Return the ends of the log lines that contain a traceback."""
    return [line[-MAX_SHOWN:] for process in processes for line in process.output.splitlines() if "Traceback" in line]


def _is_serving(port: int) -> bool:
    with grpc.insecure_channel(
        f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]
    ) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            response = check(health_pb2.HealthCheckRequest(), timeout=CHECK_TIMEOUT_S)
        except grpc.RpcError:
            return False
        return bool(response.status == health_pb2.HealthCheckResponse.SERVING)


def _is_ready(port: int) -> bool:
    """Return whether all worker processes of a page are ready: each new connection reaches any of them."""
    return all(_answers(port, "/readyz") for _ in range(READY_CHECKS))


def _answers(port: int, path: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=CHECK_TIMEOUT_S):
            return True
    except OSError:  # HTTPError is one
        return False
