"""R13: no call fails because the log cannot be written, standard output is closed, or the clock is a day off."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from tests.resilience.conftest import Scale
from tests.support.shipped_processes import ShippedProcess, page_process, service_process

CALLS, PAGES = 10_000, 2_500
# "$@" is the command of the process.
SHELL = ("sh", "-c")
# Not the program faketime: it would be our child instead of the service, and get our signals.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
FAKE_CLOCK = ("env", f"LD_PRELOAD={FAKETIME}", "FAKETIME_DONT_FAKE_MONOTONIC=1")
CONDITIONS = {
    "the log on a full disk": (*SHELL, 'exec "$@" 2>/dev/full >/dev/full', "sh"),
    "a limit of 512 bytes for the log": (*SHELL, 'ulimit -f 1; exec "$@"', "sh"),
    "standard output closed": (*SHELL, 'exec "$@" >&-', "sh"),
    "standard output and error closed": (*SHELL, 'exec "$@" >&- 2>&-', "sh"),
    "the clock a day ahead": (*FAKE_CLOCK, "FAKETIME=+1d"),
    "the clock a day behind": (*FAKE_CLOCK, "FAKETIME=-1d"),
}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., ShippedProcess]]:
    """Give a function that starts a process under a condition: (service_process | page_process, address, condition)."""
    started: list[ShippedProcess] = []

    def start(make: Callable[..., ShippedProcess], address: str, condition: str = "") -> ShippedProcess:
        prefix = CONDITIONS.get(condition, ())
        if "clock" in condition and not FAKETIME:
            pytest.skip("faketime is not installed")
        process = make(tmp_path / f"{len(started)}.log", address)
        process.prefix = prefix
        started.append(process)
        process.start()
        return process

    yield start
    for process in started:
        process.stop()


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.promise(
    "R13: service and page with the log on a full disk, closed output, or a wrong clock", "no call and no page fails"
)
def test_no_call_fails_for_the_log_or_the_clock(
    run: Callable[..., ShippedProcess], catalogue: str, scale: Scale, figure: Callable[[str], None], condition: str
) -> None:
    service = run(service_process, catalogue, condition)
    page = run(page_process, service.target, condition)
    calls, pages = scale.count(CALLS), scale.count(PAGES)
    failed_calls = calls - count_answered_calls(service.target, calls)
    failed_pages = pages - count_answered_pages(page.port, pages)
    page.stop()
    service.stop()

    stopped = [process.exit_status == 0 or is_libfaketimes_fault(process) for process in (service, page)]
    figure(f"{condition}: {failed_calls} of {calls:,} calls and {failed_pages} of {pages:,} pages failed")
    assert not failed_calls
    assert not failed_pages
    assert stopped == [True, True]


def is_libfaketimes_fault(process: ShippedProcess) -> bool:
    """Return whether a sleep has failed: libfaketime returns EINVAL if the end of a short one has passed already."""
    last_lines = process.output.splitlines()[-2:]
    return "time.sleep(" in last_lines[0] and last_lines[1] == "OSError: [Errno 22] Invalid argument"


def count_answered_calls(target: str, count: int) -> int:
    answered = 0
    with grpc.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = pb_grpc.RecommendationsServiceStub(channel)
        for _ in range(count):
            with suppress(grpc.RpcError):
                stub.RecommendBooks(pb.RecommendBooksRequest(), timeout=5.0)
                answered += 1
    return answered


def count_answered_pages(port: int, count: int) -> int:
    answered = 0
    connection = HTTPConnection("127.0.0.1", port, timeout=10.0)
    for _ in range(count):
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        answered += response.status == 200
    connection.close()
    return answered
