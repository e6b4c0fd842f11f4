"""The servers that share the port: every connection is served alike."""

import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from recommendations.rpc.server import LISTENERS, MAX_CONNECTIONS
from tests.support.processes import wait_until
from tests.support.service import NOT_SERVING, SERVING, Client, client_of
from tests.support.service_process import Program, program
from tests.support.shelves import Shop

LIMIT, SURPLUS = LISTENERS * MAX_CONNECTIONS, 500
CHANNELS = 2 * LISTENERS
"""With this many connections, nine runs of ten reach every server."""

SOCKETS = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
"""Where Linux lists its sockets. With IPv6, gRPC listens at an IPv6 socket for an IPv4 address, too."""

LISTEN_STATE, ESTABLISHED = "0A", "01"


@pytest.fixture
def running(shop: Shop, standing_database: str) -> Iterator[Program]:
    """Start a service with books to draw."""
    shop.shelf("mystery", 20)
    with program(DATABASE_URL=standing_database) as service:
        yield service


@pytest.fixture
def clients(running: Program) -> Iterator[list[Client]]:
    """Return clients of the ready service with one connection each."""
    with ExitStack() as stack:
        clients = [stack.enter_context(client_of(running.target)) for _ in range(CHANNELS)]
        for client in clients:
            client.wait_until(SERVING)
        yield clients


def states_at(port: int) -> list[str]:
    """Return the states of all sockets with this local port."""
    lines = [line.split() for path in SOCKETS if path.exists() for line in path.read_text().splitlines()[1:]]
    return [state for _, local, _, state, *_ in lines if local.endswith(f":{port:04X}")]


@pytest.mark.skipif(not SOCKETS[0].exists(), reason="only Linux has /proc/net")
def test_all_servers_listen_on_one_port_and_no_clients_share_a_connection(
    running: Program, clients: list[Client]
) -> None:
    states = states_at(int(running.target.rpartition(":")[2]))
    assert states.count(LISTEN_STATE) == LISTENERS
    assert len(states) >= LISTENERS + len(clients)


@pytest.fixture
def enough_descriptors() -> Iterator[None]:
    """Allow the test as many open files as connections, and more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * (LIMIT + SURPLUS):
        pytest.skip(f"this computer allows a process {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(not SOCKETS[0].exists(), reason="only Linux has /proc/net")
@pytest.mark.usefixtures("enough_descriptors")
def test_connections_above_the_limit_are_closed_and_others_served_when_these_are_gone(running: Program) -> None:
    host, _, port = running.target.rpartition(":")
    with client_of(running.target) as client:
        client.wait_until(SERVING)
    with ExitStack() as stack:
        for _ in range(LIMIT + SURPLUS):
            stack.enter_context(socket.create_connection((host, int(port)), timeout=5.0))
        wait_until(lambda: states_at(int(port)).count(ESTABLISHED) <= LIMIT, 5.0)
    with client_of(running.target) as client:
        client.wait_until(SERVING)


@pytest.mark.skipif(not SOCKETS[0].exists(), reason="psutil reads limits on Linux only")
def test_the_service_raises_its_limit_of_open_files(empty_database: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1_024, hard), hard))
    try:
        with program(DATABASE_URL=empty_database) as running, client_of(running.target) as client:
            client.wait_until(NOT_SERVING)  # it has started; the database has no schema
            assert psutil.Process(running.process.pid).rlimit(psutil.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_every_connection_is_served(clients: list[Client]) -> None:
    calls = [client.books("mystery") for client in clients]
    assert [len(answer.books) for answer in calls] == [10] * CHANNELS


def test_every_connection_is_notified_when_the_service_stops(running: Program, clients: list[Client]) -> None:
    watches = [client.watch() for client in clients]
    assert [next(states).status for states in watches] == [SERVING] * CHANNELS
    running.process.send_signal(signal.SIGTERM)
    assert [next(states).status for states in watches] == [NOT_SERVING] * CHANNELS
    for states in watches:
        states.cancel()
    assert running.wait().status == 0
