"""R3: the shipped service in open loop beyond its capacity."""

from collections.abc import Callable

import pytest

from benchmarks.grpc_call import Call
from benchmarks.http2_sender import sender
from benchmarks.services import SERVICE
from protobufs import recommendations_pb2 as pb
from tests.resilience.conftest import Scale
from tests.support.shipped_processes import ShippedProcess

Start = Callable[..., ShippedProcess]

OK, CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED = 0, 1, 4, 8
IN_FLIGHT = 64
FACTOR = 5
MAX_MB = 150
MAX_EXPIRED = 0.02
"""The share of calls that may pass their deadline of 2 s on a busy computer; without limits it was 14 %."""

MIN_GOODPUT = 0.25
"""Far less than docs/performance.md shows: here the sender, PostgreSQL and the service share the processors."""


@pytest.mark.promise("R3: overload, 5 × the capacity", "refused at once, nothing late; ≤ 150 MB; full speed afterwards")
@pytest.mark.parametrize("connections", [1, pytest.param(8, marks=pytest.mark.quick), 32])
def test_overload_is_refused_at_once_and_leaves_nothing_behind(
    catalogue: str, start_service: Start, scale: Scale, figure: Callable[[str], None], connections: int
) -> None:
    service = start_service(catalogue)
    call = Call(service.port, f"{SERVICE}/RecommendBooks", pb.RecommendBooksRequest().SerializeToString())
    with sender(call, connections) as opened:
        capacity = opened.closed_loop(IN_FLIGHT, scale.seconds(10, least=1))
        outcome = opened.open_loop(FACTOR * capacity, scale.seconds(30, least=2))
        resident_mb = service.resources().resident_bytes / 1e6
        after = opened.closed_loop(IN_FLIGHT, scale.seconds(10, least=1))
    good = sorted(outcome.latencies_s.get(OK, []))
    refused = sorted(outcome.latencies_s.get(CANCELLED, []) + outcome.latencies_s.get(RESOURCE_EXHAUSTED, []))
    goodput = len(good) / scale.seconds(30, least=2) / capacity
    figure(
        f"{connections} connections: goodput {goodput:.2f} × {capacity:.0f}/s, "
        f"p99 {good[len(good) * 99 // 100] * 1e3:.0f} ms, {len(refused) / outcome.offered:.0%} refused, "
        f"p99 {refused[len(refused) * 99 // 100] * 1e3:.0f} ms, {resident_mb:.0f} MB; afterwards {after:.0f}/s"
    )
    if scale.name != "tenth":  # then other tests run at the same time, for longer than the quick ones
        assert set(outcome.latencies_s) <= {OK, CANCELLED, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED}
        assert outcome.unanswered == 0
        assert len(outcome.latencies_s.get(DEADLINE_EXCEEDED, [])) <= MAX_EXPIRED * outcome.offered
        assert goodput >= MIN_GOODPUT
    assert resident_mb <= MAX_MB
    assert after >= capacity / 4
    assert "Traceback" not in service.output
