"""R4 and R5: PostgreSQL is stopped, restarted and silent; calls fail early with UNAVAILABLE, and recover at once."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.data_folder import DataFolder, locked
from quickstart.devdb.postgres import EmbeddedServer, embedded_server
from quickstart.devdb.temporary_server import SETTINGS
from tests.resilience.conftest import Scale, seed_built_in
from tests.support.processes import wait_until
from tests.support.shipped_processes import ShippedProcess, tracebacks
from tests.support.steady_load import Load, Outcome, steady_load
from tests.support.tcp_proxy import proxied

Start = Callable[..., ShippedProcess]

RATE = 100.0
DEADLINE_S = 2.0
EARLY_S = 0.5
BACK_S = 1.0


class RestartableServer:
    """A PostgreSQL of its own, which a test may stop and start; its address stays the same."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._running = ExitStack()
        self.url = self.start().url

    def start(self) -> EmbeddedServer:
        return self._running.enter_context(embedded_server(self._folder, find_bindir(os.environ), SETTINGS))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def server() -> Iterator[RestartableServer]:
    with tempfile.TemporaryDirectory(prefix="bookstall-data-") as temporary:
        # PostgreSQL may run as another user than root.
        Path(temporary).chmod(0o711)
        with locked(Path(temporary)) as folder:
            server = RestartableServer(folder)
            seed_built_in(server.url)
            yield server
            server.stop()


@contextmanager
def raw_load(service: ShippedProcess) -> Iterator[Load]:
    """Load the service with draws that are not retried, so each status is seen."""
    with grpc.insecure_channel(service.target, options=[("grpc.enable_retries", 0)]) as channel:
        stub = pb_grpc.RecommendationsServiceStub(channel)
        with steady_load(lambda: stub.RecommendBooks(pb.RecommendBooksRequest(), timeout=DEADLINE_S), RATE) as load:
            wait_until(lambda: len(load.outcomes) > RATE)
            yield load


def wait_for_successes(load: Load, after_s: float, count: int = 50) -> float:
    """Wait for this many successes of calls that were made after this time; return the time of the first one."""

    def successes() -> list[float]:
        return sorted(o.due_s + o.latency_s for o in load.between(after_s).outcomes if not o.error)

    wait_until(lambda: len(successes()) >= count)
    return successes()[0]


def codes(failed: list[Outcome]) -> str:
    return ", ".join(sorted({outcome.error for outcome in failed}))


@pytest.mark.promise(
    "R4: PostgreSQL is stopped and started again",
    "each failure UNAVAILABLE within 0.5 s, the first success within 1 s, no error afterwards",
)
@pytest.mark.parametrize("outage_s", [2.0, 40.0])
def test_a_restart_of_the_database_is_over_when_it_is(
    server: RestartableServer,
    start_service: Start,
    scale: Scale,
    figure: Callable[[str], None],
    outage_s: float,
) -> None:
    service = start_service(server.url)
    with raw_load(service) as load:
        away_s = load.now_s()
        server.stop()
        stopped_s = load.now_s()
        wait_until(lambda: load.now_s() > stopped_s + scale.seconds(outage_s, least=2.0), 60.0)
        server.start()
        back_s = load.now_s()
        recovered_s = wait_for_successes(load, back_s) - back_s
        wait_until(lambda: load.now_s() > back_s + BACK_S + 3.0)
    failed, after = load.between(away_s).failed, load.between(back_s + BACK_S)

    slowest_s = max(outcome.duration_s for outcome in failed)
    figure(
        f"{back_s - stopped_s:.0f} s away: {len(failed):,} failures, {codes(failed)}, "
        f"the slowest after {slowest_s:.2f} s; first success {recovered_s:.2f} s after the start; then {after}"
    )
    assert {outcome.error for outcome in failed} == {"UNAVAILABLE"}
    # A call that was due shortly before the stop may still have run then.
    assert not [outcome for outcome in load.failed if outcome.due_s + outcome.latency_s < away_s]
    assert not after.failed
    assert not tracebacks(service)
    if scale.is_full:
        assert slowest_s <= EARLY_S
        assert recovered_s <= BACK_S


@pytest.mark.promise(
    "R5: PostgreSQL is silent (packets are dropped)",
    "an error by the deadline; all well within 3 s after it answers again",
)
def test_a_silent_database_fails_calls_by_their_deadline(
    catalogue: str, start_service: Start, scale: Scale, figure: Callable[[str], None]
) -> None:
    with proxied(catalogue) as (proxy, url):
        service = start_service(url)
        with raw_load(service) as load:
            silent_s = load.now_s()
            proxy.be_deaf(deaf=True)
            wait_until(lambda: load.now_s() > silent_s + scale.seconds(20.0, least=5.0), 60.0)
            proxy.be_deaf(deaf=False)
            back_s = load.now_s()
            recovered_s = wait_for_successes(load, back_s) - back_s
            wait_until(lambda: load.now_s() > back_s + 5.0)
    failed, after = load.between(silent_s, back_s).failed, load.between(back_s + 3.0)

    slowest_s = max(outcome.duration_s for outcome in failed)
    figure(
        f"{len(failed):,} failures, {codes(failed)}, the slowest after "
        f"{slowest_s:.2f} s; first success {recovered_s:.2f} s after its return; from 3 s on {after}"
    )
    assert {outcome.error for outcome in failed} <= {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
    assert not after.failed
    if scale.is_full:
        assert slowest_s <= DEADLINE_S + EARLY_S
