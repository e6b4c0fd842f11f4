"""R12: a long load leaves no process with more memory, descriptors or threads."""

import http.client
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from tests.resilience.conftest import Scale
from tests.support.shipped_processes import Resources, ShippedProcess, tracebacks

Start = Callable[..., ShippedProcess]

CALLS, PAGES = 1_000_000, 200_000
WARM_UP_SHARE = 0.1
CLIENTS = 8
PATHS = ("/", "/categories", "/categories/mystery", "/api/recommendations", "/books/1", "/no-such-page")
MAX_GROWTH = 0.05
SPARE = 8
"""Descriptors and threads that may come and go with idle connections."""


def make_calls(target: str, count: int) -> None:
    """Make calls from one thread, with some running at any time; threads would contend for the interpreter's lock."""
    running: deque[grpc.Future[pb.RecommendBooksResponse]] = deque()
    with grpc.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = pb_grpc.RecommendationsServiceStub(channel)
        for _ in range(count):
            running.append(stub.RecommendBooks.future(pb.RecommendBooksRequest(), timeout=10.0))
            if len(running) >= CLIENTS:
                running.popleft().result()
        for call in running:
            call.result()


def get_pages(port: int, count: int) -> None:
    def get_often(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10.0)
        for turn in range(number):
            connection.request("GET", PATHS[turn % len(PATHS)])
            response = connection.getresponse()
            response.read()
            assert response.status in {200, 404}, response.status
        connection.close()

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(get_often, [count // CLIENTS] * CLIENTS))


def compare(name: str, count: int, before: Resources, after: Resources) -> str:
    growth = after.resident_bytes / before.resident_bytes - 1
    return (
        f"{count:,} {name}: resident memory {before.resident_bytes / 1e6:.0f} → {after.resident_bytes / 1e6:.0f} MB "
        f"({growth:+.1%}), descriptors {before.descriptors} → {after.descriptors}, "
        f"threads {before.threads} → {after.threads}"
    )


def assert_no_growth(before: Resources, after: Resources) -> None:
    assert after.resident_bytes < (1 + MAX_GROWTH) * before.resident_bytes
    assert after.descriptors <= before.descriptors + SPARE
    assert after.threads <= before.threads + SPARE


@pytest.mark.promise(
    "R12: a million calls to the service", "resident memory < 5 % more; no growth of descriptors and threads"
)
def test_a_million_calls_leak_nothing(
    start_service: Start, catalogue: str, scale: Scale, figure: Callable[[str], None]
) -> None:
    service = start_service(catalogue)
    count = scale.count(CALLS)
    make_calls(service.target, round(WARM_UP_SHARE * count))
    before = service.resources()
    make_calls(service.target, count)
    after = service.resources()

    figure(compare("calls", count, before, after))
    assert_no_growth(before, after)
    assert not tracebacks(service)


@pytest.mark.promise("R12: 200,000 pages", "resident memory < 5 % more; no growth of descriptors and threads")
def test_two_hundred_thousand_pages_leak_nothing(
    start_service: Start, start_page: Start, catalogue: str, scale: Scale, figure: Callable[[str], None]
) -> None:
    service = start_service(catalogue)
    page = start_page(service.target)
    count = scale.count(PAGES)
    get_pages(page.port, round(WARM_UP_SHARE * count))
    before = page.resources()
    get_pages(page.port, count)
    after = page.resources()

    figure(compare("pages", count, before, after))
    assert_no_growth(before, after)
    assert not tracebacks(service, page)
