"""R13: no call fails because the log cannot be written, standard output is closed, or the clock is a day off."""

from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from tests.resilience.conftest import Scale
from tests.support.shipped_processes import ShippedProcess, page_process, service_process

CALLS = 10_000
# "$@" is the command of the process.
SHELL = ("sh", "-c")
# Not the program faketime, which would stand between us and the process.
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

each_condition = pytest.mark.parametrize("condition", CONDITIONS)


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


@each_condition
@pytest.mark.promise("R13: the service with its log on a full disk, closed output, or a wrong clock", "no failed call")
def test_the_service_answers(
    run: Callable[..., ShippedProcess], catalogue: str, scale: Scale, figure: Callable[[str], None], condition: str
) -> None:
    service = run(service_process, catalogue, condition)
    count, failed = scale.count(CALLS), 0
    with grpc.insecure_channel(service.target) as channel:
        stub = pb_grpc.RecommendationsServiceStub(channel)
        for _ in range(count):
            try:
                stub.RecommendBooks(pb.RecommendBooksRequest(), timeout=5.0)
            except grpc.RpcError:
                failed += 1
    service.stop()

    figure(f"{condition}: {failed} of {count:,} calls failed, exit status {service.exit_status}")
    assert not failed
    assert service.exit_status == 0


@each_condition
@pytest.mark.promise("R13: the page with its log on a full disk, closed output, or a wrong clock", "no failed page")
def test_the_page_answers(
    run: Callable[..., ShippedProcess], catalogue: str, scale: Scale, figure: Callable[[str], None], condition: str
) -> None:
    service = run(service_process, catalogue)
    page = run(page_process, service.target, condition)
    count = scale.count(CALLS // 4)
    connection = HTTPConnection("127.0.0.1", page.port, timeout=10.0)
    statuses = []
    for _ in range(count):
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    page.stop()

    failed = count - statuses.count(200)
    figure(f"{condition}: {failed} of {count:,} pages failed, exit status {page.exit_status}")
    assert not failed
    assert page.exit_status == 0
