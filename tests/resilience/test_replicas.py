"""R1 and R2: replicas of the recommendations service are restarted and killed under load, and no call fails."""

from collections.abc import Callable, Iterator
from itertools import cycle

import pytest

from marketplace import domain
from marketplace.client.deadline import Deadline
from marketplace.client.recommendations_client import RecommendationsClient
from tests.resilience.conftest import Scale
from tests.support.processes import wait_until
from tests.support.shipped_processes import ShippedProcess, all_replicas, tracebacks
from tests.support.steady_load import Load, steady_load

Start = Callable[..., ShippedProcess]
Replicas = tuple[ShippedProcess, ShippedProcess]

RATE = 200.0
"""Calls a second; one replica answers some thousands."""
CALLS = 6_000
WARM_UP_CALLS = 200
TIMEOUT_S = 2.0
RECONNECT_S = 2.0


@pytest.fixture
def replicas(start_service: Start, catalogue: str) -> Replicas:
    return start_service(catalogue), start_service(catalogue)


@pytest.fixture
def draw(replicas: Replicas) -> Iterator[Callable[[], object]]:
    """Give one call as the page makes it, with its retries and load balancing."""
    client = RecommendationsClient(all_replicas(*replicas))
    yield lambda: client.recommend_books(domain.BooksQuery(), Deadline(TIMEOUT_S))
    client.close()


@pytest.mark.promise(
    "R1: rolling restart of two replicas under load",
    "0 failed calls over ≥ 4 restarts and ≥ 4,000 calls, p99 ≤ 2 × quiet",
)
def test_a_rolling_restart_fails_no_call(
    replicas: Replicas, draw: Callable[[], object], scale: Scale, figure: Callable[[str], None]
) -> None:
    restarts = 0
    with steady_load(draw, RATE) as load:
        wait_for_calls(load, WARM_UP_CALLS)
        quiet_s = load.now_s()
        wait_for_calls(load, WARM_UP_CALLS + scale.count(CALLS // 4))
        began_s = load.now_s()
        for replica in cycle(replicas):
            replica.stop()
            replica.start()
            # Wait as an operator does: the client tries to reconnect once a second.
            ready_s = load.now_s()
            wait_until(lambda: load.now_s() > ready_s + RECONNECT_S)  # noqa: B023 - called at once
            restarts += 1
            if restarts >= 4 and len(load.outcomes) >= scale.count(CALLS):
                break
    quiet, during = load.between(quiet_s, began_s), load.between(began_s)

    figure(f"{restarts} restarts: {during}; quiet p99 {quiet.quantile_ms(0.99):.0f} ms")
    assert not load.failed
    assert not tracebacks(*replicas)
    if scale.is_full:
        assert during.quantile_ms(0.99) <= 2 * quiet.quantile_ms(0.99)


@pytest.mark.quick
@pytest.mark.promise("R2: SIGKILL of one of two replicas under load", "0 failed calls")
def test_killing_a_replica_fails_no_call(
    replicas: Replicas, draw: Callable[[], object], scale: Scale, figure: Callable[[str], None]
) -> None:
    kills = 0
    with steady_load(draw, RATE) as load:
        for replica in cycle(replicas):
            wait_for_calls(load, len(load.outcomes) + 100)
            replica.kill()
            kills += 1
            if len(load.outcomes) >= scale.count(CALLS):
                break
            replica.start()
        wait_for_calls(load, len(load.outcomes) + 100)

    figure(f"{kills} kills: {load}")
    assert not load.failed


def wait_for_calls(load: Load, count: int) -> None:
    """Wait until the load has made this many calls."""
    wait_until(lambda: len(load.outcomes) >= count, 600.0)
