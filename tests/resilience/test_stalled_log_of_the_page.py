"""The marketplace: a stalled reader of standard error blocks neither requests nor SIGTERM."""

import http.client
import subprocess
import time
from collections.abc import Callable

import psutil
import pytest

from tests.resilience.conftest import Scale
from tests.support.processes import started, unused_port, wait_until

REQUESTS = 20_000
STOP_LIMIT_S = 5.0
THREADS_BEFORE = 200
"""Requests after which the pipe is full and nearly all threads have started."""

MAX_NEW_THREADS_PER_S = 5.0
"""A log that blocks its writers makes granian start a thread every 0.1 s; a busy machine makes it start a few."""


@pytest.mark.quick
@pytest.mark.promise(
    "Stalled log: nobody reads the page's standard error", "all requests answered, no thread blocked, SIGTERM obeyed"
)
def test_a_stalled_reader_of_the_log_blocks_nothing(scale: Scale, figure: Callable[[str], None]) -> None:
    port = unused_port()
    settings = {"MARKETPLACE_LISTEN": f"127.0.0.1:{port}", "RECOMMENDATIONS_TARGET": "127.0.0.1:1"}
    with started("marketplace", subprocess.PIPE, **settings) as process:
        wait_until(lambda: status_of(port) == 200)
        answered = sum(status_of(port) == 200 for _ in range(THREADS_BEFORE))
        threads = threads_of(process.pid)
        count = scale.count(REQUESTS, least=1_000)
        start = time.monotonic()
        answered += sum(status_of(port) == 200 for _ in range(count))
        elapsed_s = time.monotonic() - start
        grown = threads_of(process.pid) - threads
        start = time.monotonic()
        process.terminate()
        process.wait(20)
        stopped_s = time.monotonic() - start

    figure(f"{answered} of {count + THREADS_BEFORE} answered, {grown} more threads, stopped after {stopped_s:.2f} s")
    assert answered == count + THREADS_BEFORE
    assert grown <= MAX_NEW_THREADS_PER_S * elapsed_s
    assert stopped_s < STOP_LIMIT_S


def status_of(port: int) -> int:
    """Request a long URL, so that the log grows quickly."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", f"/healthz?{'long' * 10}")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def threads_of(pid: int) -> int:
    root = psutil.Process(pid)
    return sum(process.num_threads() for process in (root, *root.children(recursive=True)))
