"""Serves the metrics to Prometheus from a separate thread and address."""

import logging
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PATH = "/metrics"

CLIENT_TIMEOUT_S = 5.0

logger = logging.getLogger(__name__)


class MetricsServer(ThreadingMixIn, TCPServer):
    """Answers GET /metrics. `http.server.HTTPServer` would look up its own host name, which can take seconds."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: str, render: Callable[[], str]) -> None:
        """Listen at host:port.

        Raises:
            OSError: If the address is in use or does not belong to this computer.
        """
        host, _, port = address.rpartition(":")
        self.address_family, _, _, _, name = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        self.render = render
        super().__init__((str(name[0]), int(name[1])), _Handler)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  # the library's signature
        """Log a failed scrape at debug level only: usually the client has disconnected."""
        logger.debug("a scrape failed")


class _Handler(BaseHTTPRequestHandler):
    server: MetricsServer
    timeout = CLIENT_TIMEOUT_S

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != PATH:
            self.send_error(404)
            return
        body = self.server.render().encode()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Do not log scrapes."""


def serve_metrics(address: str, render: Callable[[], str], setting: str) -> MetricsServer | None:
    """Serve the text that `render` returns, until the process ends; None if the address cannot be used.

    Args:
        address: host:port; empty serves nothing.
        render: returns the metrics; called in a thread.
        setting: the address's setting, for the log.
    """
    if not address:
        return None
    try:
        server = MetricsServer(address, render)
    except OSError as error:
        logger.warning("no metrics: cannot listen at %s (%s); change %s", address, error.strerror, setting)
        return None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
