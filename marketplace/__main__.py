"""Runs the marketplace: `python -m marketplace`."""

import logging
import logging.config
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from marketplace.client.tls import TlsError
from marketplace.config import Settings, SettingsError, from_environment
from marketplace.telemetry import log_setup, metrics_files
from marketplace.telemetry.metrics_endpoint import serve_metrics
from marketplace.web.admission import MAX_WAITING, RESERVED_THREADS
from marketplace.wsgi import build_app, tls_files

_STOP_GRACE_S = 10
_SIGNAL_INTERVAL_S = 0.2

MAX_CONNECTIONS = 8_192
"""Open connections of each worker process. More wait in the kernel's queue."""
HEADER_TIMEOUT_MS = 5_000
"""The time to receive a request's headers. Also closes idle connections."""
MAX_HEADER_BYTES = 32 * 1024

logger = logging.getLogger("marketplace")


def main() -> int:
    """Serve until SIGTERM or SIGINT. Return 0, or 1 if it cannot listen, or 2 for invalid settings."""
    try:
        settings = from_environment()
        if tls := tls_files(settings):
            tls.load()
    except (SettingsError, TlsError) as error:
        print(error, file=sys.stderr)
        return 2
    log_config = log_setup.config(in_json=log_setup.as_json(settings.log_format, sys.stderr))
    logging.config.dictConfig(log_config)
    try:
        address = free_address(settings.listen_host, settings.listen_port)
    except OSError as error:
        logger.error(  # noqa: TRY400  # the message is sufficient
            "cannot listen at %s:%d (%s): stop the process that uses the address, or change MARKETPLACE_LISTEN",
            settings.listen_host,
            settings.listen_port,
            error.strerror,
        )
        return 1
    raise_descriptor_limit()
    with metrics_files.temporary_folder(wanted=bool(settings.metrics_listen)) as folder:
        server = build_server(settings, address, log_config, folder)
        server.serve(target_loader=partial(build_app, settings, folder), wrap_loader=False)
    return 0


def free_address(host: str, port: int) -> str:
    """Return the IP address of the host if the port is free: granian's SO_REUSEPORT would silently share it.

    Raises:
        OSError: If the host is unknown, the port is in use, or we lack the permission.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # Ignore connections of an earlier run in TIME_WAIT, as servers do.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    return str(address[0])


def raise_descriptor_limit() -> None:
    """Raise the limit of open files to the hard limit, because each connection needs a descriptor."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # macOS reports an unlimited hard limit but rejects it as the soft limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _Server(MPServer):
    metrics_folder: Path | None = None
    metrics_listen = ""

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGUSR1, self._pass_on)
        # Listen only after the workers have been forked, so that none of them inherits this socket.
        if self.metrics_folder:
            text = partial(metrics_files.read, self.metrics_folder)
            serve_metrics(self.metrics_listen, text, "MARKETPLACE_METRICS_LISTEN")

    def _stop_workers(self) -> None:
        """Send SIGTERM until all have ended: a worker that is still starting has our handler, which only notes it."""
        workers, ended = list(self.wrks), threading.Event()

        def repeat() -> None:
            while not ended.wait(_SIGNAL_INTERVAL_S):
                for worker in workers:
                    worker.terminate()  # type: ignore[no-untyped-call]

        threading.Thread(target=repeat, name="stop-workers", daemon=True).start()
        super()._stop_workers()  # type: ignore[no-untyped-call]
        ended.set()

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        for worker in self.wrks:
            os.kill(worker.inner.pid, number)


def build_server(
    settings: Settings, address: str, log_config: dict[str, Any], metrics_folder: Path | None = None
) -> MPServer:
    """Build the web server without starting it."""
    server = _Server(
        "marketplace.wsgi:build_app",
        address=address,
        port=settings.listen_port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads + MAX_WAITING + RESERVED_THREADS,
        backpressure=MAX_CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=MAX_HEADER_BYTES),
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=log_config,
        log_access=False,  # our middleware logs requests with their ids
        workers_kill_timeout=_STOP_GRACE_S,
    )
    server.metrics_folder, server.metrics_listen = metrics_folder, settings.metrics_listen
    url = f"http://{settings.listen_host}:{settings.listen_port}"
    server.on_startup(lambda: logger.info("listening at %s", url))
    server.on_shutdown(lambda: logger.info("stopped"))
    return server


if __name__ == "__main__":
    sys.exit(main())
