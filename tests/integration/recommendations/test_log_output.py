"""Standard error that cannot be written: no call fails or waits for it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from quickstart.addresses import unused_port
from tests.support.service import CALL_TIMEOUT_S, SERVING, client_of
from tests.support.service_process import ROOT
from tests.support.shelves import Shop

CALLS = 1_500
"""Their lines fill a pipe of 64 kB twice."""


@pytest.fixture(autouse=True)
def filled(shop: Shop) -> None:
    shop.shelf("mystery", 40)


@contextmanager
def service(database_url: str, stderr: int | None) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """Start the service with this standard error; None closes it and standard output."""
    target = f"127.0.0.1:{unused_port()}"
    environ = {**os.environ, "DATABASE_URL": database_url, "RECOMMENDATIONS_LISTEN": target}
    command = [sys.executable, "-m", "recommendations"]
    if stderr is None:
        command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=stderr) as process:
        try:
            yield process, target
        finally:
            process.kill()


def draw(target: str, calls: int) -> None:
    with client_of(target) as client:
        client.wait_until(SERVING)
        for _ in range(calls):
            assert client.books("mystery", max_results=1).books


@pytest.mark.parametrize("open_stderr", [lambda: os.open("/dev/full", os.O_WRONLY), lambda: None])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_calls_succeed_when_standard_error_is_full_or_closed(
    standing_database: str, open_stderr: Callable[[], int | None]
) -> None:
    with ExitStack() as stack:
        if (descriptor := open_stderr()) is not None:
            stack.callback(os.close, descriptor)
        process, target = stack.enter_context(service(standing_database, descriptor))
        draw(target, 100)
        process.terminate()
        assert process.wait(CALL_TIMEOUT_S) == 0


def test_calls_and_shutdown_do_not_wait_for_a_stalled_reader(standing_database: str) -> None:
    reader, writer = os.pipe()
    try:
        with service(standing_database, writer) as (process, target):
            draw(target, CALLS)
            process.terminate()
            assert process.wait(CALL_TIMEOUT_S) == 0
    finally:
        os.close(reader)
        os.close(writer)
