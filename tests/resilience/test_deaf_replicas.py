"""The page while recommendations replicas hang: stopped by SIGSTOP, they accept connections and never answer."""

import http.client
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import ROOT
from tests.resilience.conftest import Scale
from tests.support.open_loop_clients import OpenLoopClients, PageRequest
from tests.support.processes import wait_until
from tests.support.shipped_processes import ShippedProcess, all_replicas

Start = Callable[..., ShippedProcess]

PATH = "/categories/mystery"
RATE = 100.0
FULL_S = 45.0
PAGE_LIMIT_S = 2.2
LIVENESS_LIMIT_S = 0.1


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@contextmanager
def paused(*replicas: ShippedProcess) -> Iterator[None]:
    for replica in replicas:
        replica.pause()
    try:
        yield
    finally:
        for replica in replicas:
            replica.resume()


def limit(seconds: float, scale: Scale) -> float:
    """Return a time limit, ten times as much where other tests run at the same time."""
    return seconds if scale.is_full else 10 * seconds


def requests_for(clients: OpenLoopClients, seconds: float) -> list[PageRequest]:
    """Return the pages that are answered during this time."""
    first, end_s = len(clients.requests), time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end_s, 2 * seconds + 10)
    return clients.requests[first:]


@contextmanager
def liveness_checks(port: int, seconds: float) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.support.liveness_probe", str(port), str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process


@pytest.mark.quick
@pytest.mark.promise("Hanging replicas: one of two is stopped", "≤ 1 % of pages fail after 3 s, none later than 2.2 s")
def test_pages_leave_a_replica_that_hangs(
    start_service: Start, start_page: Start, catalogue: str, scale: Scale, figure: Callable[[str], None]
) -> None:
    replicas = [start_service(catalogue), start_service(catalogue)]
    page = start_page(all_replicas(*replicas))
    with OpenLoopClients(page.port, RATE, PATH, threads=100) as clients:
        requests_for(clients, 1.0)
        with paused(replicas[0]):
            early = requests_for(clients, 3.0)
            late = requests_for(clients, scale.seconds(FULL_S - 3.0, least=3.0))

    failed_early, failed_late = ([one for one in sent if one.status != 200] for sent in (early, late))
    failures = f"{len(failed_early)} of {len(early)} failed at first, {len(failed_late)} of {len(late)} later"
    figure(f"{failures}; {clients.summary()}")
    assert len(failed_late) <= 0.01 * len(late)
    assert max(request.seconds for request in clients.requests) < limit(PAGE_LIMIT_S, scale)


@pytest.mark.promise("Hanging replicas: one of two answers only pings", "≤ 1 % fail after 3 s, none after 2.2 s")
def test_pages_leave_a_replica_that_answers_only_pings(
    start_service: Start, start_page: Start, catalogue: str, scale: Scale, figure: Callable[[str], None]
) -> None:
    replicas = [start_service(catalogue, module="tests.support.stallable_service"), start_service(catalogue)]
    page = start_page(all_replicas(*replicas))
    with OpenLoopClients(page.port, RATE, PATH, threads=250) as clients:
        requests_for(clients, 1.0)
        os.kill(replicas[0].pid, signal.SIGUSR2)
        stalled_s = clients.now_s()
        requests_for(clients, 3.0 + scale.seconds(FULL_S - 3.0, least=3.0))
    replicas[0].kill()

    early, late = (
        [one for one in clients.requests if begin_s <= one.due_s - stalled_s < end_s]
        for begin_s, end_s in ((0.0, 3.0), (3.0, math.inf))
    )
    failed_early, failed_late = ([one for one in sent if one.status != 200] for sent in (early, late))
    failures = f"{len(failed_early)} of {len(early)} failed at first, {len(failed_late)} of {len(late)} later"
    figure(f"{failures}; {clients.summary()}")
    assert failed_early
    assert len(failed_late) <= 0.01 * len(late)
    assert max(request.seconds for request in clients.requests) < limit(PAGE_LIMIT_S, scale)


@pytest.mark.promise("Hanging replicas: all are stopped", "503 within 2.2 s at any rate, liveness within 0.1 s")
def test_all_replicas_hang_and_every_page_is_answered_in_time(
    start_service: Start, start_page: Start, catalogue: str, scale: Scale, figure: Callable[[str], None]
) -> None:
    replicas = [start_service(catalogue), start_service(catalogue)]
    page = start_page(all_replicas(*replicas))
    seconds = scale.seconds(FULL_S, least=5.0)
    with paused(*replicas), liveness_checks(page.port, seconds) as checks:
        with OpenLoopClients(page.port, 2 * RATE, PATH, threads=450) as clients:
            requests_for(clients, seconds)
        liveness_s = float(checks.communicate(timeout=seconds + 20)[0]) / 1e3
    wait_until(lambda: status_of(page.port, PATH) == 200)

    figure(f"{clients.summary()}; liveness {liveness_s * 1e3:.0f} ms")
    assert {request.status for request in clients.requests} == {503}
    assert all(request.sound for request in clients.requests)
    assert max(request.seconds for request in clients.requests) < limit(PAGE_LIMIT_S, scale)
    assert liveness_s < limit(LIVENESS_LIMIT_S, scale)
