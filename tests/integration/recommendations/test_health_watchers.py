"""Clients that watch the health service and do not read block no other client."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.raw_http2 import raw_http2
from tests.support.service import NOT_SERVING, SERVING, client_of
from tests.support.service_process import Program, program
from tests.support.tcp_proxy import Proxy, proxied

WATCH = b"/grpc.health.v1.Health/Watch"
WATCHERS = 20


@pytest.fixture
def proxy_and_service(standing_database: str) -> Iterator[tuple[Proxy, Program]]:
    """Start a service whose database is behind a proxy."""
    with (
        proxied(standing_database) as (proxy, url),
        program(DATABASE_URL=url, RECOMMENDATIONS_STOP_GRACE_S="60") as service,
    ):
        yield proxy, service


def test_watchers_that_do_not_read_delay_neither_other_watchers_nor_shutdown(
    proxy_and_service: tuple[Proxy, Program],
) -> None:
    proxy, service = proxy_and_service
    with client_of(service.target) as client, ExitStack() as stack:
        client.wait_until(SERVING)
        stuck = stack.enter_context(raw_http2(service.target, initial_window=0))
        for _ in range(WATCHERS):
            stuck.send_message(stuck.start_call(WATCH), b"")
        for _ in range(2):
            proxy.stop()
            client.wait_until(NOT_SERVING)
            proxy.start()
            client.wait_until(SERVING)
        # Less than the grace period, which a call that does not end would use up.
        assert service.end().status == 0
