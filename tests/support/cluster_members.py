"""The machines of a database cluster as processes that tests kill, stop, start and cut off."""

import json
import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.support.tcp_proxy import Proxy

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
STOP_TIMEOUT_S = 20.0
API_TIMEOUT_S = 30.0
"""A restart through the API answers when the server runs again."""


def missing_programs() -> list[str]:
    """Return which of the needed programs this computer lacks."""
    return [program for program in ("patroni", "etcd", "setpriv") if shutil.which(program) is None]


def newest_bindir() -> Path:
    """Return the folder of Debian's newest PostgreSQL server."""
    return max(DEBIAN_POSTGRES.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3])).parent


def as_postgres() -> list[str]:
    """Return a command prefix: PostgreSQL refuses to run as root, so run it as Debian's user of that name."""
    return [] if os.geteuid() else ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


@dataclass(eq=False)
class Member:
    """A process that can be killed, stopped and started again; its output goes to a file."""

    command: list[str]
    environ: dict[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*as_postgres(), "setpriv", "--pdeathsig=KILL", *self.command],
                cwd=self.log.parent,
                env={**os.environ, **self.environ},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill the process and its children at once, as a power cut does."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Stop the process in order; kill it if it does not stop."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_TIMEOUT_S)
        self.kill()


@dataclass(eq=False)
class Node(Member):
    """One machine of the cluster: Patroni and the PostgreSQL server that it manages."""

    name: str = ""
    api_port: int = 0
    data: Path = Path()
    postgres: Proxy = field(default_factory=lambda: Proxy(None, socket.AF_INET))
    to_etcd: list[Proxy] = field(default_factory=list)

    def kill(self) -> None:
        """Kill Patroni and PostgreSQL, which runs in a session of its own."""
        super().kill()
        with suppress(OSError, ValueError, IndexError):
            postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)

    def partition(self, *, away: bool) -> None:
        """Cut the node off from etcd and from all clients of its PostgreSQL, or connect it again."""
        for proxy in (self.postgres, *self.to_etcd):
            proxy.be_deaf(deaf=away)

    def api(self, path: str, body: object = None) -> Any:
        """Call Patroni's REST API; return the decoded answer, whatever its status."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"http://127.0.0.1:{self.api_port}{path}", data=data)
        with urlopen(request, timeout=API_TIMEOUT_S) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.startswith(("{", "[")) else text
