"""Each container but the marketplace is restarted, paused or killed: the page answers, and the shop soon recovers."""

import time
from collections.abc import Callable

import pytest

from tests.support.compose_stack import SERVICES, Stack, eventually, kill_main_process
from tests.support.open_loop_clients import OpenLoopClients

PAUSE_S = 10.0
WELL_AGAIN_S = 5.0
SEEN_BY_DOCKER_S = 30.0
PAGE_S = 2.5
PARTS = ("postgres", "recommendations")


def restart(stack: Stack, container: str) -> None:
    stack.run(f"docker restart {container}")


def pause(stack: Stack, container: str) -> None:
    stack.run(f"docker pause {container}")
    time.sleep(PAUSE_S)  # the length of the pause; this waits for no event
    stack.run(f"docker unpause {container}")


@pytest.mark.parametrize("blow", [restart, pause, kill_main_process], ids=["restarted", "paused", "killed"])
@pytest.mark.parametrize("part", PARTS)
def test_the_page_survives_a_container_that_is(
    stack: Stack, part: str, blow: Callable[[Stack, str], None], record_property: Callable[[str, object], None]
) -> None:
    stack.wait_for_page(within_s=10)
    with OpenLoopClients(stack.port, rate=10) as clients:
        blow(stack, stack.container(part))
        took = stack.wait_for_page(WELL_AGAIN_S)
    record_property("output", f"well again after {took:.1f} s; {clients.summary()}")
    assert {request.status for request in clients.requests} <= {200, 503}
    assert all(request.sound for request in clients.requests), "a whole page, or an error page with Retry-After"
    assert max(request.seconds for request in clients.requests) < PAGE_S
    # On a busy computer, one slow database probe makes the service report NOT_SERVING for a moment.
    eventually(lambda: stack.grpc_health() == "SERVING", WELL_AGAIN_S)
    # Docker's health check is periodic, so it does not show when the service became healthy.
    eventually(lambda: all(stack.health(one) == ["healthy"] for one in SERVICES), SEEN_BY_DOCKER_S, every_s=0.5)


@pytest.mark.parametrize("part", ["passwords", "roles", "migrate", "seed"])
def test_a_finished_container_may_be_started_again(stack: Stack, part: str) -> None:
    stack.wait_for_page(within_s=10)
    books = stack.books()
    with OpenLoopClients(stack.port, rate=10) as clients:
        stack.run(f"docker restart {stack.container(part)}")
        assert stack.run(f"docker wait {stack.container(part)}").strip() == "0"
    assert clients.failed == []
    assert stack.books() == books
    stack.wait_for_page(WELL_AGAIN_S)


def test_all_containers_may_be_started_in_the_wrong_order(stack: Stack) -> None:
    books = stack.books()
    stack.compose("stop")
    try:
        # `start` would keep the order; the engine does not keep it when the computer restarts.
        for service in ("marketplace", "recommendations", "postgres"):
            stack.run(f"docker start {stack.container(service)}")
        stack.wait_for_page(within_s=15)
    finally:
        stack.compose("up --detach --wait marketplace")
    assert stack.books() == books
