"""R7: hostile inputs over real sockets get a documented status, leave no traceback, and cost a bounded memory.

The allocator keeps freed memory and uses it again, so resident memory does not return to what it was. Therefore the
inputs come in equal rounds: the first ones may grow it up to a limit, the last ones may not grow it.
"""

import socket
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from random import Random
from typing import Any

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2

from protobufs import recommendations_pb2 as pb
from tests.resilience.conftest import Scale
from tests.support.hostile_inputs import PREFACE, hostile_frames, mutated, odd_request
from tests.support.shipped_processes import AS_IN_CONTAINERS, ShippedProcess, tracebacks

Start = Callable[..., ShippedProcess]

MESSAGES, CONNECTIONS, REQUESTS = 70_000, 10_000, 100_000
CLIENTS = 8
TIMEOUT_S = 5.0
ROUNDS, LAST_ROUNDS = 5, 2
QUIET_S = 2.0
MAX_GROWTH = 0.03
MAX_SERVICE_MB = 150
MAX_PAGE_MB = 200
"""With two worker processes. Their container may have 384 MB."""
DOCUMENTED = {"OK", "INVALID_ARGUMENT", "NOT_FOUND", "RESOURCE_EXHAUSTED"}

SERVICE = pb.DESCRIPTOR.services_by_name["RecommendationsService"].full_name
SAMPLES: dict[str, list[bytes]] = {
    f"/{SERVICE}/RecommendBooks": [
        pb.RecommendBooksRequest(category="mystery", max_results=5, exclude_book_ids=[1, 2, 3]).SerializeToString(),
        pb.RecommendBooksRequest(page_token="AQEAAAAAAAAAAAAAAAAAAAAAAAAAAA").SerializeToString(),
    ],
    f"/{SERVICE}/RecommendShelves": [pb.RecommendShelvesRequest(max_shelves=3, max_results=4).SerializeToString()],
    f"/{SERVICE}/ListCategories": [pb.ListCategoriesRequest(page_size=7, page_token="AQ").SerializeToString()],
    f"/{SERVICE}/GetBook": [pb.GetBookRequest(id=7).SerializeToString()],
    "/grpc.health.v1.Health/Check": [health_pb2.HealthCheckRequest(service=SERVICE).SerializeToString()],
}


def send_messages(target: str, count: int, seed: int) -> Counter[str]:
    """Send mutated messages of every method and count the statuses."""
    random = Random(seed)
    statuses: Counter[str] = Counter()
    with grpc.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        methods: dict[str, Any] = {path: channel.unary_unary(path) for path in SAMPLES}
        for _ in range(count):
            path = random.choice(list(methods))
            try:
                methods[path](mutated(random.choice(SAMPLES[path]), random), timeout=TIMEOUT_S)
                statuses["OK"] += 1
            except grpc.RpcError as error:
                statuses[error.code().name] += 1
    return statuses


def send_frames(port: int, count: int, seed: int) -> Counter[str]:
    """Open connections and send hostile frames; the server may close each at any time."""
    random = Random(seed)
    for _ in range(count):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
            connection.sendall(PREFACE[: random.choice((len(PREFACE), len(PREFACE), random.randrange(24)))])
            connection.sendall(hostile_frames(random))
            connection.settimeout(0.01)
            connection.recv(65_536)
    return Counter({"connections": count})


def send_requests(port: int, count: int, seed: int) -> Counter[str]:
    """Send odd HTTP requests and count the classes of status; a closed connection counts as `closed`."""
    random = Random(seed)
    statuses: Counter[str] = Counter()
    for _ in range(count):
        reply = b""
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
            connection.sendall(odd_request(random))
            connection.shutdown(socket.SHUT_WR)
            reply = connection.recv(4_096)
        statuses[reply[9:12].decode("latin-1") if reply.startswith(b"HTTP/") else "closed"] += 1
    return statuses


def send_in_parallel(send: Callable[[int], Counter[str]], first_seed: int = 0) -> Counter[str]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(send, range(first_seed, first_seed + CLIENTS)), Counter[str]())


def memory_mb(process: ShippedProcess) -> float:
    """Return the proportional set size of it and its children, which a container's limit counts, too."""
    root = psutil.Process(process.pid)
    return float(sum(each.memory_full_info().pss for each in (root, *root.children(recursive=True)))) / 1e6


def memory_in_rounds(process: ShippedProcess, send: Callable[[int], Counter[str]]) -> tuple[list[float], Counter[str]]:
    """Send in equal rounds with different seeds; return the memory before and after each, and the sum of counts."""
    memory, counts = [memory_mb(process)], Counter[str]()
    for number in range(ROUNDS):
        counts += send_in_parallel(send, first_seed=number * CLIENTS)
        time.sleep(QUIET_S)  # while it reads what its peers have sent
        memory.append(memory_mb(process))
    return memory, counts


def has_stopped_growing(memory: list[float]) -> bool:
    return memory[-1] < (1 + MAX_GROWTH) * memory[-1 - LAST_ROUNDS]


@pytest.mark.promise(
    "R7: 80,000 hostile messages and HTTP/2 connections to the service",
    "0 UNKNOWN, 0 INTERNAL, 0 tracebacks; memory ≤ 150 MB, the last 2 of 5 equal rounds add < 3 %",
)
def test_hostile_calls_get_a_documented_status(
    start_service: Start, catalogue: str, scale: Scale, figure: Callable[[str], None]
) -> None:
    service = start_service(catalogue, **AS_IN_CONTAINERS)
    messages, connections = scale.count(MESSAGES) // CLIENTS, scale.count(CONNECTIONS) // CLIENTS
    statuses = send_in_parallel(lambda seed: send_messages(service.target, messages, seed))
    memory, _ = memory_in_rounds(service, lambda seed: send_frames(service.port, connections // ROUNDS, seed))

    figure(
        f"{messages * CLIENTS:,} messages: {dict(statuses)}; {connections * CLIENTS:,} hostile connections; "
        f"{len(tracebacks(service))} tracebacks; memory {' → '.join(f'{each:.0f}' for each in memory)} MB"
    )
    assert set(statuses) <= DOCUMENTED
    assert not tracebacks(service)
    assert max(memory) <= MAX_SERVICE_MB
    assert has_stopped_growing(memory) or not scale.is_full
    assert send_messages(service.target, 10, 1)
    assert not service.has_ended()


@pytest.mark.promise(
    "R7: 100,000 odd HTTP requests to the page",
    "0 statuses 500, 0 tracebacks; memory ≤ 200 MB, the last 2 of 5 equal rounds add < 3 %",
)
def test_odd_requests_are_no_server_errors(
    start_service: Start, start_page: Start, catalogue: str, scale: Scale, figure: Callable[[str], None]
) -> None:
    page = start_page(start_service(catalogue).target, **AS_IN_CONTAINERS)
    count = scale.count(REQUESTS) // CLIENTS
    memory, statuses = memory_in_rounds(page, lambda seed: send_requests(page.port, count // ROUNDS, seed))

    figure(
        f"{count * CLIENTS:,} requests: {dict(statuses)}; {len(tracebacks(page))} tracebacks; "
        f"memory {' → '.join(f'{each:.0f}' for each in memory)} MB"
    )
    assert "500" not in statuses
    assert not tracebacks(page)
    assert max(memory) <= MAX_PAGE_MB
    assert has_stopped_growing(memory) or not scale.is_full
    connection = HTTPConnection("127.0.0.1", page.port, timeout=TIMEOUT_S)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()
