"""The service as a process: settings, signals, exit statuses, output."""

import re
import signal
import socket
from collections.abc import Iterator

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from quickstart.addresses import unused_port
from tests.support.processes import wait_until
from tests.support.query_obstacle import put_obstacle, stalled, wait_for_waiters
from tests.support.service import (
    CALL_TIMEOUT_S,
    NOT_SERVING,
    SERVING,
    Client,
    client_of,
    refused,
)
from tests.support.service_process import Ended, Program, program
from tests.support.shelves import Shop, open_shop


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Open a shop with a shelf of 20 books."""
    with open_shop(database_url) as shop:
        shop.shelf("mystery", 20)
        yield shop


@pytest.fixture
def running(shop: Shop, database_url: str) -> Iterator[Program]:
    """Start a service on it."""
    with program(DATABASE_URL=database_url) as service:
        yield service


@pytest.fixture
def client(running: Program) -> Iterator[Client]:
    """Return a client of that service once it is ready."""
    with client_of(running.target) as client:
        client.wait_until(SERVING)
        yield client


def output_lines(ended: Ended) -> list[str]:
    """Return the lines on standard error except those of gRPC core."""
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return [line for line in ended.stderr.splitlines() if not re.match(r"[EWI]\d{4} ", line)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_it_with_exit_status_0(running: Program, client: Client, number: signal.Signals) -> None:
    assert client.books("mystery").books
    ended = running.end(number)
    assert ended.status == 0
    assert "INFO recommendations: stopping: finishing running calls" in output_lines(ended)


def test_running_call_is_finished_while_health_reports_not_serving(
    shop: Shop, running: Program, client: Client
) -> None:
    put_obstacle(shop)
    states = client.watch()
    assert next(states).status == SERVING
    with stalled(shop):
        call = client.stub.RecommendBooks.future(pb.RecommendBooksRequest(category="mystery"), timeout=CALL_TIMEOUT_S)
        wait_for_waiters(shop)
        running.process.send_signal(signal.SIGTERM)
        assert next(states).status == NOT_SERVING
        states.cancel()
    assert len(call.result().books) == 10
    assert running.wait().status == 0


def test_call_that_does_not_end_is_cancelled_after_the_grace_period(shop: Shop, database_url: str) -> None:
    put_obstacle(shop)
    with (
        program(DATABASE_URL=database_url, RECOMMENDATIONS_STOP_GRACE_S="0.1") as running,
        client_of(running.target) as client,
    ):
        client.wait_until(SERVING)
        with stalled(shop):
            call = client.stub.RecommendBooks.future(
                pb.RecommendBooksRequest(category="mystery"), timeout=CALL_TIMEOUT_S
            )
            wait_for_waiters(shop)
            assert running.end().status == 0
    assert call.code() in {grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE}


def test_calls_succeed_while_it_drains(shop: Shop, database_url: str) -> None:
    with (
        program(DATABASE_URL=database_url, RECOMMENDATIONS_DRAIN_S="0.5") as running,
        client_of(running.target) as client,
    ):
        client.wait_until(SERVING)
        running.process.send_signal(signal.SIGTERM)
        client.wait_until(NOT_SERVING)
        assert client.books("mystery").books
        assert running.wait().status == 0


def test_it_starts_again_after_a_kill(running: Program, client: Client, database_url: str) -> None:
    assert running.end(signal.SIGKILL).status == -signal.SIGKILL
    with (
        program(DATABASE_URL=database_url, RECOMMENDATIONS_LISTEN=running.target) as again,
        client_of(again.target) as new,
    ):
        new.wait_until(SERVING)
        assert new.books("mystery").books


def test_it_says_how_to_migrate_a_database_without_tables(empty_database: str) -> None:
    with program(DATABASE_URL=empty_database) as running, client_of(running.target) as client:
        client.wait_until(NOT_SERVING)
        (line,) = [line for line in running.end().stderr.splitlines() if "the database cannot serve" in line]
    assert 'relation "' in line
    assert "run 'alembic upgrade head' (with compose: 'docker compose run --rm migrate')" in line


def test_it_starts_and_stops_without_a_database() -> None:
    nowhere = "postgresql://nobody:hunter2@127.0.0.1:1/none"
    with program(DATABASE_URL=nowhere) as running, client_of(running.target) as client:
        client.wait_until(NOT_SERVING)
        with refused(grpc.StatusCode.UNAVAILABLE):
            client.books("mystery")
        ended = running.end()
    assert ended.status == 0
    assert "the database cannot serve" in ended.stderr
    assert "hunter2" not in ended.stderr


def test_port_in_use_is_one_sentence_and_exit_status_1(database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with program(DATABASE_URL=database_url, RECOMMENDATIONS_LISTEN=address) as running:
            ended = running.wait()
    assert ended.status == 1
    (sentence,) = output_lines(ended)
    assert address in sentence
    assert sentence.endswith(".")


def test_two_services_cannot_share_a_port(running: Program, client: Client, database_url: str) -> None:
    with program(DATABASE_URL=database_url, RECOMMENDATIONS_LISTEN=running.target) as second:
        ended = second.wait()
    assert ended.status == 1
    (sentence,) = output_lines(ended)
    assert running.target in sentence
    assert sentence.endswith(".")
    assert client.books("mystery").books


def test_of_two_services_started_at_once_one_gets_the_port(database_url: str) -> None:
    address = f"127.0.0.1:{unused_port()}"
    settings = {"DATABASE_URL": database_url, "RECOMMENDATIONS_LISTEN": address}
    with program(**settings) as first, program(**settings) as second, client_of(address) as client:
        client.wait_until(SERVING)
        wait_until(lambda: first.process.poll() is not None or second.process.poll() is not None)
        refused_start, serving = (first, second) if first.process.poll() is not None else (second, first)
        assert refused_start.wait().status == 1
        assert client.books().category.book_count == 0
        assert serving.end().status == 0


def test_all_invalid_settings_are_listed_with_exit_status_2() -> None:
    with program(
        RECOMMENDATIONS_LISTEN="nowhere",
        RECOMMENDATIONS_DRAIN_S="long",
        RECOMMENDATIONS_STATEMENT_TIMEOUT_MS="0",
        RECOMMENDATIONS_REFLECTION="perhaps",
        RECOMMENDATIONS_LOG_FORMAT="prose",
    ) as running:
        ended = running.wait()
    assert ended.status == 2
    named = ["DATABASE_URL", "_LISTEN", "_REFLECTION", "_STATEMENT_TIMEOUT_MS", "_DRAIN_S", "_LOG_FORMAT"]
    assert len(output_lines(ended)) == len(named)
    assert [name for name in named if name not in ended.stderr] == []


def test_newline_in_a_request_adds_no_log_line(running: Program, client: Client) -> None:
    with refused(grpc.StatusCode.NOT_FOUND):
        client.books("a\r\nERROR forged\x1b[31m")
    log = running.end().stderr
    assert "forged" not in log
    assert "RecommendBooks NOT_FOUND" in log


def test_sigusr1_writes_tasks_and_threads_to_the_log(shop: Shop, running: Program, client: Client) -> None:
    put_obstacle(shop)
    with stalled(shop):
        call = client.stub.RecommendBooks.future(pb.RecommendBooksRequest(category="mystery"), timeout=CALL_TIMEOUT_S)
        wait_for_waiters(shop)
        running.process.send_signal(signal.SIGUSR1)
        assert running.process.stderr
        lines = iter(running.process.stderr.readline, "")
        next(line for line in lines if "SIGUSR1: " in line)
        next(line for line in lines if "in RecommendationsServicer.RecommendBooks" in line)
        next(line for line in lines if "in Batcher.read_positions" in line)
        next(line for line in lines if "thread MainThread" in line)
    assert call.result().books
    assert running.end().status == 0
