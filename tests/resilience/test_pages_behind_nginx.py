"""R1 for pages: two of them behind the nginx of deploy/nginx/ are restarted under load, and no page fails."""

from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.resilience.conftest import Scale
from tests.support.nginx import PROGRAM, nginx_in_front_of
from tests.support.open_loop_clients import OpenLoopClients
from tests.support.shipped_processes import ShippedProcess, tracebacks

Start = Callable[..., ShippedProcess]

RATE = 50.0
PATH = "/categories/mystery"
RESTARTS = 20


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
