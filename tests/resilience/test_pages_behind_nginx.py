"""Two pages behind the nginx of deploy/nginx/: they are restarted under load (R1), or one is gone without a word."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.resilience.conftest import Scale
from tests.support.nginx import PROGRAM, nginx_in_front_of
from tests.support.open_loop_clients import OpenLoopClients
from tests.support.shipped_processes import ShippedProcess, tracebacks

Start = Callable[..., ShippedProcess]

RATE = 50.0
PATH = "/categories/mystery"
RESTARTS = 20
RETRY_S = 1.5
"""nginx tries a page that has failed again after a second."""
MIN_GONE_S, MAX_GONE_S = 0.2, 0.9


@pytest.fixture
def pages(catalogue: str, start_service: Start, start_page: Start) -> tuple[ShippedProcess, ShippedProcess]:
    service = start_service(catalogue)
    return start_page(service.target), start_page(service.target)


@pytest.mark.skipif(not PROGRAM, reason="no nginx is installed")
@pytest.mark.promise("R1: rolling restart of two pages behind deploy/nginx", "0 failed pages over ≥ 4 restarts")
def test_a_rolling_restart_of_pages_behind_nginx_fails_no_page(
    pages: tuple[ShippedProcess, ShippedProcess], scale: Scale, figure: Callable[[str], None], tmp_path: Path
) -> None:
    restarts = scale.count(RESTARTS, least=4)
    with (
        nginx_in_front_of(pages[0].port, tmp_path, pages[1].port) as port,
        OpenLoopClients(port, RATE, PATH) as clients,
    ):
        for page in islice(cycle(pages), restarts):
            page.stop()
            page.start()

    figure(f"{restarts} restarts: {clients.summary()}")
    assert not clients.failed
    assert not tracebacks(*pages)


@contextmanager
def silent_server(port: int) -> Iterator[None]:
    """Take a port and answer nothing, as a computer that is gone."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        for _ in range(4):  # a full queue: the kernel drops what else comes
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(("127.0.0.1", port))
        yield


def slowest_s(port: int) -> float:
    """Return how long the slowest of the requests took that were made while nginx tried each page once or more."""
    slowest, end_s = 0.0, time.monotonic() + RETRY_S
    while (started_s := time.monotonic()) < end_s:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as response:
            assert response.status == 200
        slowest = max(slowest, time.monotonic() - started_s)
    return slowest


@pytest.mark.skipif(not PROGRAM, reason="no nginx is installed")
def test_the_request_that_finds_a_page_gone_is_answered_by_the_other(
    pages: tuple[ShippedProcess, ShippedProcess], tmp_path: Path
) -> None:
    pages[1].stop()
    with silent_server(pages[1].port), nginx_in_front_of(pages[0].port, tmp_path, pages[1].port) as port:
        fastest_s = min(slowest_s(port) for _ in range(3))  # a busy computer may delay one or two
    assert MIN_GONE_S < fastest_s < MAX_GONE_S
