"""R8: clients that hold connections open without finishing a request do not harm other clients' pages."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from quickstart.child_process import stop_process
from tests.conftest import ROOT
from tests.resilience.conftest import Scale
from tests.support.nginx import PROGRAM, nginx_in_front_of
from tests.support.open_loop_clients import OpenLoopClients, PageRequest
from tests.support.processes import wait_until
from tests.support.shipped_processes import AS_IN_CONTAINERS, ShippedProcess
from tests.support.steady_load import steady_load

Start = Callable[..., ShippedProcess]

PATH = "/categories/mystery"
RATE = 20.0
FULL_S = 60.0
MAX_SLOWDOWN = 3
LEAST_LIMIT_MS = 50.0
"""Below this, the noise of a shared computer is larger than the effect."""
MAX_SERVICE_MB = 200
"""Its container may have 256 MB."""
CONTAINER_BYTES = 256 * 1024 * 1024


@pytest.fixture
def page(start_service: Start, start_page: Start, catalogue: str) -> ShippedProcess:
    return start_page(start_service(catalogue).target)


@contextmanager
def slow_clients(port: int, count: int, *kinds: str) -> Iterator[None]:
    """Hold connections from another process until the block ends."""
    command = [sys.executable, "-m", "tests.support.slow_clients", str(port), str(count), *kinds]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == b"open\n"
        yield
    finally:
        stop_process(process, 10.0, group=True)
        process.communicate()


def pages_for(port: int, seconds: float) -> OpenLoopClients:
    """Request pages for this time."""
    with OpenLoopClients(port, RATE, PATH) as clients:
        end_s = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() > end_s, 2 * seconds + 10)
    return clients


def failed(requests: list[PageRequest]) -> list[PageRequest]:
    return [request for request in requests if request.status != 200]


@pytest.mark.quick
@pytest.mark.promise(
    "R8: 4,000 silent, dripping or idle connections", "all ordinary pages answered, p99 ≤ 3 × quiet (at least 50 ms)"
)
def test_slow_clients_delay_no_page(page: ShippedProcess, scale: Scale, figure: Callable[[str], None]) -> None:
    seconds = scale.seconds(FULL_S, least=4.0)
    quiet = pages_for(page.port, seconds)
    count = scale.count(4_000, least=1_500)  # more than the 1,024 that used to block every page
    with slow_clients(page.port, count, "silent", "dripping", "idle"):
        during = pages_for(page.port, seconds)

    resident = page.resources().resident_bytes / 2**20
    figure(f"{count} connections: {during.summary()}; quiet {quiet.summary()}; {resident:.0f} MB")
    assert not during.failed
    if scale.is_full:
        assert during.quantile_ms(0.99) <= max(LEAST_LIMIT_MS, MAX_SLOWDOWN * quiet.quantile_ms(0.99))


@pytest.mark.quick
@pytest.mark.promise(
    "R8: 4,000 silent or idle HTTP/2 connections to the service",
    "all calls of new and old channels succeed, p99 ≤ 50 ms, ≤ 200 MB",
)
def test_idle_connections_shut_no_caller_out(
    start_service: Start, catalogue: str, scale: Scale, figure: Callable[[str], None]
) -> None:
    service = start_service(catalogue, **AS_IN_CONTAINERS)
    count = scale.count(4_000, least=1_500)
    with (
        grpc.insecure_channel(service.target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel,
        slow_clients(service.port, count, "silent", "http2"),
    ):
        stub = pb_grpc.RecommendationsServiceStub(channel)

        def call() -> None:
            stub.RecommendBooks(pb.RecommendBooksRequest(), timeout=2.0)

        def call_anew() -> None:
            with grpc.insecure_channel(service.target, options=[("grpc.use_local_subchannel_pool", 1)]) as new:
                pb_grpc.RecommendationsServiceStub(new).RecommendBooks(pb.RecommendBooksRequest(), timeout=2.0)

        with steady_load(call, RATE) as old, steady_load(call_anew, RATE / 4) as new:
            wait_until(lambda: old.now_s() > scale.seconds(FULL_S, least=4.0), 2 * FULL_S)

    resident = service.resources().resident_bytes / 1e6
    figure(f"{count} connections: old channel: {old}; new channels: {new}; {resident:.0f} MB")
    assert not old.failed
    assert not new.failed
    assert resident <= MAX_SERVICE_MB
    if scale.is_full:
        assert max(load.quantile_ms(0.99) for load in (old, new)) <= LEAST_LIMIT_MS


@pytest.mark.skipif(not PROGRAM, reason="no nginx is installed")
@pytest.mark.promise("R8 with deploy/nginx in front", "all ordinary pages answered, p99 ≤ 3 × quiet (at least 50 ms)")
def test_slow_clients_delay_no_page_behind_nginx(
    page: ShippedProcess, scale: Scale, figure: Callable[[str], None], tmp_path: Path
) -> None:
    seconds = scale.seconds(FULL_S, least=4.0)
    with nginx_in_front_of(page.port, tmp_path) as port:
        quiet = pages_for(port, seconds)
        with slow_clients(port, scale.count(4_000, least=1_500), "silent", "dripping", "idle", "endless"):
            during = pages_for(port, seconds)

    figure(f"{during.summary()}; quiet {quiet.summary()}")
    assert not during.failed
    if scale.is_full:
        assert during.quantile_ms(0.99) <= max(LEAST_LIMIT_MS, MAX_SLOWDOWN * quiet.quantile_ms(0.99))


@pytest.mark.promise(
    "Unfinished headers: 1,000 connections with 380 kB of unfinished headers",
    "memory below 256 MB, all ordinary pages answered",
)
def test_endless_headers_need_little_memory(page: ShippedProcess, scale: Scale, figure: Callable[[str], None]) -> None:
    count = scale.count(1_000, least=1_000)
    with slow_clients(page.port, count, "endless"):
        during = pages_for(page.port, scale.seconds(FULL_S, least=4.0))
        resident = page.resources().resident_bytes

    figure(f"{count} connections: {resident / 2**20:.0f} MB; {during.summary()}")
    assert resident < CONTAINER_BYTES
    assert not failed(during.requests)
