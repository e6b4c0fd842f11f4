"""Many callers draw from a nearly empty shelf: ordinary draws continue beside them."""

from collections.abc import Callable

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from tests.resilience.conftest import Scale
from tests.support.processes import wait_until
from tests.support.shelves import open_shop
from tests.support.shipped_processes import ShippedProcess
from tests.support.steady_load import Load, steady_load

Start = Callable[..., ShippedProcess]

POSITIONS, EVERY = 15_000, 100
CALLERS = 24
SPARSE_RATE = 200.0
RATE = 100.0
FULL_S = 30.0
MAX_SLOWDOWN = 5


def wait_for_seconds(load: Load, seconds: float) -> float:
    """Let the load run for this time, and return its start."""
    began_s = load.now_s()
    wait_until(lambda: load.now_s() > began_s + seconds, 2 * seconds + 60)
    return began_s


@pytest.mark.promise("A sparse shelf: 24 callers of 150 books in 15,000 places", "0 failed, others' p99 ≤ 5 × quiet")
def test_callers_of_a_sparse_shelf_hold_up_nobody_else(
    catalogue: str, start_service: Start, scale: Scale, figure: Callable[[str], None]
) -> None:
    with open_shop(catalogue) as shop:
        places = range(1, POSITIONS + 1)
        shop.shelf("sparse", POSITIONS, empty=set(places) - set(places[EVERY - 1 :: EVERY]))
    service = start_service(catalogue)
    seconds = scale.seconds(FULL_S, least=3.0)
    with grpc.insecure_channel(service.target) as channel:
        stub = pb_grpc.RecommendationsServiceStub(channel)

        def draw_from(category: str) -> None:
            stub.RecommendBooks(pb.RecommendBooksRequest(category=category), timeout=2.0)

        with steady_load(lambda: draw_from("mystery"), RATE) as load:
            quiet_s = wait_for_seconds(load, seconds)
            with steady_load(lambda: draw_from("sparse"), SPARSE_RATE, threads=CALLERS) as sparse:
                busy_s = wait_for_seconds(load, seconds)
    quiet, during = load.between(quiet_s, busy_s), load.between(busy_s)

    figure(f"ordinary: {during}, quiet p99 {quiet.quantile_ms(0.99):.0f} ms; of the sparse shelf: {sparse}")
    assert not load.failed
    assert not sparse.failed
    if scale.is_full:
        assert during.quantile_ms(0.99) <= MAX_SLOWDOWN * quiet.quantile_ms(0.99)
