"""The log of the service: JSON, text, request ids."""

import json
import os
import pty
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.query_obstacle import put_obstacle
from tests.support.service import CALL_TIMEOUT_S, SERVING, client_of, refused
from tests.support.service_process import ROOT, Ended, Program, program
from tests.support.shelves import Shop, open_shop


@pytest.fixture(autouse=True)
def filled(shop: Shop) -> None:
    shop.shelf("mystery", 40)


def call_and_stop(running: Program, *request_ids: str) -> Ended:
    """Draw once with each of these request ids, stop the service, and return its output."""
    with client_of(running.target) as client:
        client.wait_until(SERVING)
        for request_id in request_ids:
            metadata = (("x-request-id", request_id),) if request_id else ()
            client.stub.RecommendBooks(pb.RecommendBooksRequest(category="mystery"), metadata=metadata)
    return running.end()


def objects(ended: Ended) -> list[dict[str, Any]]:
    """Parse the log's lines, which must be JSON, except those of gRPC core."""
    return [json.loads(line) for line in ended.stderr.splitlines() if not re.match(r"[EWI]\d{4} ", line)]


def calls(ended: Ended) -> list[dict[str, Any]]:
    """Return the lines of the call log."""
    return [line for line in objects(ended) if line["logger"] == "recommendations.calls"]


def test_every_line_is_a_json_object_without_a_terminal(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="auto") as running:
        ended = call_and_stop(running, "one", "")
    lines = objects(ended)
    assert {"time", "level", "logger", "message"} == set(lines[0])
    assert "listening at" in " ".join(line.get("message", "") for line in lines)
    for line in lines:
        logged_at = datetime.fromisoformat(line["time"])
        assert line["time"].endswith("Z")
        assert abs((datetime.now(UTC) - logged_at).total_seconds()) < CALL_TIMEOUT_S * 10


def test_call_line_has_request_id_status_and_batch(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        first, second, third = calls(call_and_stop(running, "a.b_c-1", "", "next"))
    assert first.pop("duration_ms") > 0
    assert first.pop("time")
    assert first == {
        "level": "INFO",
        "logger": "recommendations.calls",
        "request_id": "a.b_c-1",
        "method": "RecommendBooks",
        "status": "OK",
        "batch": 1,
    }
    assert (second["request_id"], second["batch"]) == (None, 2)
    assert (third["request_id"], third["batch"]) == ("next", 3)


def test_batched_draws_log_the_same_batch_number(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        with client_of(running.target) as client, ThreadPoolExecutor(32) as callers:
            client.wait_until(SERVING)
            # As many as fit into the pipe of the log, which is read only at the end.
            list(callers.map(lambda _: client.books("mystery"), range(200)))
        batches = [line["batch"] for line in calls(running.end())]
    assert len(batches) == 200
    assert len(set(batches)) < 200


@pytest.mark.parametrize("odd", ["x" * 65, "a b", 'a"b', "a{}", "a/b"])
def test_malformed_request_id_is_ignored(standing_database: str, odd: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        (line,) = calls(call_and_stop(running, odd))
    assert line["request_id"] is None


def test_rejected_call_is_logged(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        with client_of(running.target) as client:
            client.wait_until(SERVING)
            with refused(grpc.StatusCode.NOT_FOUND):
                client.books("nowhere")
            with refused(grpc.StatusCode.INVALID_ARGUMENT):
                client.books("mystery", max_results=-1)
        statuses = [(line["status"], line["batch"]) for line in calls(running.end())]
    assert statuses == [("NOT_FOUND", None), ("INVALID_ARGUMENT", None)]


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
        (fault,) = [line for line in objects(running.end()) if "exception" in line]
    assert refusal.details in fault["message"]
    assert fault["request_id"] == "mine"
    assert "Traceback" in fault["exception"]


def test_log_on_a_terminal_is_plain_text(standing_database: str) -> None:
    ours, theirs = pty.openpty()
    settings = {"DATABASE_URL": standing_database, "RECOMMENDATIONS_LISTEN": "127.0.0.1:0"}
    with subprocess.Popen(
        [sys.executable, "-m", "recommendations"], cwd=ROOT, env={**os.environ, **settings}, stderr=theirs
    ) as process:
        os.close(theirs)
        with os.fdopen(ours, errors="replace") as terminal:
            line = terminal.readline()
        process.terminate()
    assert line.startswith("INFO recommendations")


def test_text_line_has_batch_and_request_id(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database) as running:
        log = call_and_stop(running, "mine", "").stderr
    assert re.search(
        r"^INFO recommendations\.calls: RecommendBooks OK in batch 1 in [\d.]+ ms \[mine\]$", log, re.MULTILINE
    )
    assert re.search(r"^INFO recommendations\.calls: RecommendBooks OK in batch 2 in [\d.]+ ms$", log, re.MULTILINE)
