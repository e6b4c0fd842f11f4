import http.server
import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager

import grpc
import pytest
from grpc_health.v1 import health, health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckResponse

from quickstart.addresses import Address
from quickstart.readiness import marketplace_ready, recommendations_ready

NOT_LISTENING = Address("127.0.0.1", 1)


@pytest.fixture(autouse=True)
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a proxy for other hosts, which must not be used for our services."""
    monkeypatch.setenv("http_proxy", f"http://{NOT_LISTENING}")


@contextmanager
def page_with(status: int) -> Iterator[Address]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever).start()
        yield Address("127.0.0.1", server.server_port)
        server.shutdown()


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False)])
def test_the_marketplace_is_ready_when_readyz_answers_200(status: int, *, ready: bool) -> None:
    with page_with(status) as address:
        assert marketplace_ready(address) is ready


def test_the_marketplace_is_not_ready_before_it_listens() -> None:
    assert not marketplace_ready(NOT_LISTENING)


def test_recommendations_is_ready_while_it_reports_serving() -> None:
    servicer = health.HealthServicer(experimental_non_blocking=False)  # the non-blocking variant can wait for itself
    server = grpc.server(futures.ThreadPoolExecutor(1))
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    address = Address("127.0.0.1", server.add_insecure_port("127.0.0.1:0"))
    server.start()
    try:
        with recommendations_ready(address) as ready:
            for status in (HealthCheckResponse.NOT_SERVING, HealthCheckResponse.SERVING):
                servicer.set("", status)
                assert ready() is (status == HealthCheckResponse.SERVING)
    finally:
        server.stop(None).wait()


def test_recommendations_is_not_ready_before_it_listens() -> None:
    with recommendations_ready(NOT_LISTENING) as ready:
        assert not ready()
