"""The page is stopped while some of its workers are still starting."""

import time

from tests.integration.marketplace.conftest import Start
from tests.integration.marketplace.test_process import STOP_S, open_shop, status
from tests.support.processes import wait_until
from tests.support.scripted_service import ScriptedService

GRACE_S = 8.0
"""Below the ten seconds after which a worker that does not stop is killed."""


def test_a_worker_that_is_still_starting_stops_at_once(start: Start, free_port: int, service: ScriptedService) -> None:
    process = open_shop(start, free_port, service, MARKETPLACE_WORKERS=8)
    wait_until(lambda: status(free_port) == 200)
    began = time.monotonic()
    process.terminate()

    assert process.wait(STOP_S) == 0
    assert time.monotonic() - began < GRACE_S
