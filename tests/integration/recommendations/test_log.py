"""The log of the service: JSON, text, request ids."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.processes import wait_until
from tests.support.query_obstacle import put_obstacle
from tests.support.service import CALL_TIMEOUT_S, SERVING, client_of, refused
from tests.support.service_process import ROOT, Program, program
from tests.support.shelves import open_shop


class Log:
    """The service that most tests share, and what it has written to its log."""

    def __init__(self, running: Program, file: Path) -> None:
        self.target = running.target
        self._file = file
        self._read = 0

    def lines(self, count: int) -> list[dict[str, Any]]:
        """Wait for this many lines of the call log since the last call, and return them with the others between."""
        lines: list[dict[str, Any]] = []

        def all_are_there() -> bool:
            text = self._file.read_bytes()[self._read :]
            whole = text[: text.rfind(b"\n") + 1]
            self._read += len(whole)
            lines.extend(objects(whole.decode()))
            return len(calls(lines)) >= count

        wait_until(all_are_there)
        assert len(calls(lines)) == count
        return lines

    def from_the_start(self) -> list[dict[str, Any]]:
        """Return all whole lines so far."""
        text = self._file.read_bytes()
        return objects(text[: text.rfind(b"\n") + 1].decode())

    def calls(self, count: int) -> list[dict[str, Any]]:
        """Wait for this many lines of the call log since the last call, and return them."""
        return calls(self.lines(count))


@pytest.fixture(scope="module")
def filled(standing_database: str) -> str:
    """Give the address of a catalogue with 40 mysteries."""
    with open_shop(standing_database) as shop:
        shop.clear()
        shop.shelf("mystery", 40)
    return standing_database


@pytest.fixture(scope="module")
def log(filled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """Start a service that logs to a file, and wait until it is ready."""
    file = tmp_path_factory.mktemp("log") / "stderr"
    settings = {"DATABASE_URL": filled, "RECOMMENDATIONS_LOG_FORMAT": "auto"}
    with file.open("wb") as stderr, program(stderr.fileno(), **settings) as running:
        with client_of(running.target) as client:
            client.wait_until(SERVING)
        yield Log(running, file)


def call(target: str, *request_ids: str) -> None:
    """Draw once with each of these request ids."""
    with client_of(target) as client:
        client.wait_until(SERVING)
        for request_id in request_ids:
            metadata = (("x-request-id", request_id),) if request_id else ()
            client.stub.RecommendBooks(pb.RecommendBooksRequest(category="mystery"), metadata=metadata)


def objects(log: str) -> list[dict[str, Any]]:
    """Parse the log's lines, which must be JSON, except those of gRPC core."""
    return [json.loads(line) for line in log.splitlines() if not re.match(r"[EWI]\d{4} ", line)]


def calls(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of the call log."""
    return [line for line in lines if line["logger"] == "recommendations.calls"]


def test_every_line_is_a_json_object_without_a_terminal(log: Log) -> None:
    call(log.target, "one", "")
    log.lines(2)
    lines = log.from_the_start()
    assert {"time", "level", "logger", "message"} == set(lines[0])
    assert "listening at" in " ".join(line.get("message", "") for line in lines)
    for line in lines:
        logged_at = datetime.fromisoformat(line["time"])
        assert line["time"].endswith("Z")
        assert abs((datetime.now(UTC) - logged_at).total_seconds()) < CALL_TIMEOUT_S * 10


def test_call_line_has_request_id_status_and_batch(log: Log) -> None:
    call(log.target, "a.b_c-1", "", "next")
    first, second, third = log.calls(3)
    batch = first["batch"]
    assert first.pop("duration_ms") > 0
    assert first.pop("time")
    assert first == {
        "level": "INFO",
        "logger": "recommendations.calls",
        "request_id": "a.b_c-1",
        "method": "RecommendBooks",
        "status": "OK",
        "batch": batch,
    }
    assert (second["request_id"], second["batch"]) == (None, batch + 1)
    assert (third["request_id"], third["batch"]) == ("next", batch + 2)


def test_batched_draws_log_the_same_batch_number(log: Log) -> None:
    with client_of(log.target) as client, ThreadPoolExecutor(32) as callers:
        list(callers.map(lambda _: client.books("mystery"), range(200)))
    assert len({line["batch"] for line in log.calls(200)}) < 200


@pytest.mark.parametrize("odd", ["x" * 65, "a b", 'a"b', "a{}", "a/b"])
def test_malformed_request_id_is_ignored(log: Log, odd: str) -> None:
    call(log.target, odd)
    (line,) = log.calls(1)
    assert line["request_id"] is None


def test_rejected_call_is_logged(log: Log) -> None:
    with client_of(log.target) as client:
        with refused(grpc.StatusCode.NOT_FOUND):
            client.books("nowhere")
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            client.books("mystery", max_results=-1)
    statuses = [(line["status"], line["batch"]) for line in log.calls(2)]
    assert statuses == [("NOT_FOUND", None), ("INVALID_ARGUMENT", None)]


def test_late_calls_differ_from_cancelled_ones(log: Log, filled: str) -> None:
    request = pb.RecommendBooksRequest(category="mystery")
    with client_of(log.target) as client, open_shop(filled) as shop, shop.connection.transaction():
        client.books("mystery")
        shop.run("LOCK TABLE book")
        with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
            client.stub.RecommendBooks(request, timeout=0.2)
        cancelled = client.stub.RecommendBooks.future(request, timeout=CALL_TIMEOUT_S)
        client.check()
        cancelled.cancel()
        statuses = [line["status"] for line in log.calls(3)]
    assert statuses == ["OK", "DEADLINE_EXCEEDED", "CANCELLED"]


def test_internal_error_is_one_object_with_traceback_and_request_id(database_url: str) -> None:
    with open_shop(database_url) as shop:
        shop.append(shop.category("bad"), [shop.book("bad")])
        put_obstacle(shop)
    with program(DATABASE_URL=database_url, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        with client_of(running.target) as client:
            client.wait_until(SERVING)
            with refused(grpc.StatusCode.INTERNAL) as refusal:
                request = pb.RecommendBooksRequest(category="bad")
                client.stub.RecommendBooks(request, metadata=(("x-request-id", "mine"),))
        (fault,) = [line for line in objects(running.end().stderr) if "exception" in line]
    assert refusal.details in fault["message"]
    assert fault["request_id"] == "mine"
    assert "Traceback" in fault["exception"]


def test_log_on_a_terminal_is_plain_text(filled: str) -> None:
    ours, theirs = pty.openpty()
    settings = {"DATABASE_URL": filled, "RECOMMENDATIONS_LISTEN": "127.0.0.1:0"}
    with subprocess.Popen(
        [sys.executable, "-m", "recommendations"], cwd=ROOT, env={**os.environ, **settings}, stderr=theirs
    ) as process:
        os.close(theirs)
        with os.fdopen(ours, errors="replace") as terminal:
            line = terminal.readline()
        process.terminate()
    assert line.startswith("INFO recommendations")


def test_text_line_has_batch_and_request_id(filled: str) -> None:
    with program(DATABASE_URL=filled) as running:
        call(running.target, "mine", "")
        log = running.end().stderr
    assert re.search(
        r"^INFO recommendations\.calls: RecommendBooks OK in batch 1 in [\d.]+ ms \[mine\]$", log, re.MULTILINE
    )
    assert re.search(r"^INFO recommendations\.calls: RecommendBooks OK in batch 2 in [\d.]+ ms$", log, re.MULTILINE)
