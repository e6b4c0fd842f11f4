"""What the service writes into its log: for programs, for people, and with whose id."""

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
from tests.support.service import PATIENCE_S, SERVING, client_of, refused
from tests.support.service_process import ROOT, Ended, Program, program
from tests.support.shelves import Shop, open_shop


@pytest.fixture(autouse=True)
def filled(shop: Shop) -> None:
    shop.shelf("mystery", 40)


def called(running: Program, *request_ids: str) -> Ended:
    """Wait until the service serves, draw once with each of these ids, end it, and return what it said."""
    with client_of(running.target) as client:
        client.wait_until(SERVING)
        for request_id in request_ids:
            metadata = (("x-request-id", request_id),) if request_id else ()
            client.stub.RecommendBooks(pb.RecommendBooksRequest(category="mystery"), metadata=metadata)
    return running.end()


def objects(ended: Ended) -> list[dict[str, Any]]:
    """Return the log's lines, each of which must be JSON, without those of gRPC's core."""
    return [json.loads(line) for line in ended.complained.splitlines() if not re.match(r"[EWI]\d{4} ", line)]


def calls(ended: Ended) -> list[dict[str, Any]]:
    """Return the lines of draws and the like."""
    return [line for line in objects(ended) if line["logger"] == "recommendations.calls"]


def test_every_line_is_one_json_object_where_no_terminal_is(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="auto") as running:
        ended = called(running, "one", "")
    lines = objects(ended)
    assert {"time", "level", "logger", "message"} == set(lines[0])
    assert "listening at" in " ".join(line.get("message", "") for line in lines)
    for line in lines:
        told = datetime.fromisoformat(line["time"])
        assert line["time"].endswith("Z")
        assert abs((datetime.now(UTC) - told).total_seconds()) < PATIENCE_S * 10


def test_a_line_of_a_call_tells_whose_it_was_how_it_ended_and_which_batch_answered(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        first, second, third = calls(called(running, "a.b_c-1", "", "next"))
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


def test_draws_that_were_joined_name_the_same_batch(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        with client_of(running.target) as client, ThreadPoolExecutor(32) as callers:
            client.wait_until(SERVING)
            # As many as fit into the pipe of the log, which nobody reads meanwhile.
            list(callers.map(lambda _: client.books("mystery"), range(200)))
        batches = [line["batch"] for line in calls(running.end())]
    assert len(batches) == 200
    assert len(set(batches)) < 200


@pytest.mark.parametrize("odd", ["x" * 65, "a b", 'a"b', "a{}", "a/b"])
def test_an_id_of_another_form_is_not_taken_over(standing_database: str, odd: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        (line,) = calls(called(running, odd))
    assert line["request_id"] is None


def test_a_call_that_was_refused_has_its_line_too(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        with client_of(running.target) as client:
            client.wait_until(SERVING)
            with refused(grpc.StatusCode.NOT_FOUND):
                client.books("nowhere")
            with refused(grpc.StatusCode.INVALID_ARGUMENT):
                client.books("mystery", max_results=-1)
        told = [(line["status"], line["batch"]) for line in calls(running.end())]
    assert told == [("NOT_FOUND", None), ("INVALID_ARGUMENT", None)]


def test_a_fault_is_one_object_with_its_traceback_and_the_id_of_the_call(database_url: str) -> None:
    with open_shop(database_url) as shop:
        shop.append(shop.category("bad"), [shop.book("bad")])
        put_obstacle(shop)
    with program(DATABASE_URL=database_url, RECOMMENDATIONS_LOG_FORMAT="json") as running:
        with client_of(running.target) as client:
            client.wait_until(SERVING)
            with refused(grpc.StatusCode.INTERNAL) as told:
                request = pb.RecommendBooksRequest(category="bad")
                client.stub.RecommendBooks(request, metadata=(("x-request-id", "mine"),))
        (fault,) = [line for line in objects(running.end()) if "exception" in line]
    assert told.details in fault["message"]
    assert fault["request_id"] == "mine"
    assert "Traceback" in fault["exception"]


def test_people_at_a_terminal_read_plain_text(standing_database: str) -> None:
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


def test_text_names_batch_and_id(standing_database: str) -> None:
    with program(DATABASE_URL=standing_database) as running:
        told = called(running, "mine", "").complained
    assert re.search(
        r"^INFO recommendations\.calls: RecommendBooks OK in batch 1 in [\d.]+ ms \[mine\]$", told, re.MULTILINE
    )
    assert re.search(r"^INFO recommendations\.calls: RecommendBooks OK in batch 2 in [\d.]+ ms$", told, re.MULTILINE)
