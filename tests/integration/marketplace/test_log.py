"""The log of `python -m marketplace`, as programs and people read it."""

import json
import os
import pty
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.integration.marketplace.conftest import Start
from tests.integration.marketplace.test_process import STOP_S, open_shop, status
from tests.support.page_reader import Backend
from tests.support.processes import started, unused_port, wait_until
from tests.support.scripted_service import ScriptedService, running

TRACEBACK = "Traceback (most recent call last)"


def fetch_id(port: int, path: str, sent_id: str | None = None) -> str:
    """Return the request id of the response, whatever its status."""
    headers = {"X-Request-ID": sent_id} if sent_id is not None else {}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return str(response.headers["X-Request-ID"])
    except urllib.error.HTTPError as error:
        with error:
            return str(error.headers["X-Request-ID"])


def lines_of(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    """Stop the process, and return what it wrote, all of it as JSON objects."""
    process.terminate()
    return [json.loads(line) for line in process.communicate(timeout=STOP_S)[0].splitlines()]


def about(request_id: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line.get("request_id") == request_id]


@dataclass(frozen=True)
class LoggedPage:
    """The page that most tests share, its service, and the file of its log."""

    port: int
    service: ScriptedService
    log: Path

    def about(self, request_id: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for this many lines about a request, and return them; every whole line is a JSON object."""
        lines: list[dict[str, Any]] = []

        def all_are_there() -> bool:
            text = self.log.read_text()
            lines[:] = about(request_id, [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()])
            return len(lines) >= count

        wait_until(all_are_there)
        assert len(lines) == count
        return lines


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoggedPage]:
    """Give a page that logs to a file."""
    page = LoggedPage(unused_port(), ScriptedService(), tmp_path_factory.mktemp("log") / "stderr")
    with page.log.open("wb") as log, running(page.service):
        settings = {"MARKETPLACE_LISTEN": f"127.0.0.1:{page.port}", "RECOMMENDATIONS_TARGET": page.service.target}
        with started("marketplace", log.fileno(), **settings):
            wait_until(lambda: status(page.port) == 200)
            yield page


def test_the_answer_the_log_and_the_service_know_a_request_by_one_id(opened: LoggedPage) -> None:
    request_id = fetch_id(opened.port, "/books/7?token=long")

    assert opened.service.metadata["x-request-id"] == request_id
    (line,) = opened.about(request_id)
    assert line.pop("duration_ms") > 0
    assert line.pop("bytes") > 1_000
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "INFO",
        "logger": "marketplace.requests",
        "request_id": request_id,
        "client": "127.0.0.1",
        "method": "GET",
        "path": "/books/7",
        "route": "/books/<book_id>",
        "status": 200,
    }


def test_the_recommendations_service_logs_the_id_of_the_browsers_request(
    start: Start, free_port: int, backend: Backend
) -> None:
    service_port = unused_port()
    service = start(
        "recommendations", DATABASE_URL=backend.database, RECOMMENDATIONS_LISTEN=f"127.0.0.1:{service_port}"
    )
    start(
        "marketplace", MARKETPLACE_LISTEN=f"127.0.0.1:{free_port}", RECOMMENDATIONS_TARGET=f"127.0.0.1:{service_port}"
    )
    wait_until(lambda: status(free_port, "/readyz") == 200)

    request_id = fetch_id(free_port, "/", "from-a-proxy.1")

    assert request_id == "from-a-proxy.1"
    lines = about(request_id, lines_of(service))
    assert ("RecommendShelves", "OK") in {(line["method"], line["status"]) for line in lines}


@pytest.mark.parametrize("sent", ["", "a" * 65, "two words", 'quote"', "caf\xe9"])
def test_what_is_no_id_is_replaced_by_one(opened: LoggedPage, sent: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", fetch_id(opened.port, "/", sent))


def test_every_request_has_an_id_of_its_own(opened: LoggedPage) -> None:
    assert len({fetch_id(opened.port, "/") for _ in range(20)}) == 20


def test_an_address_cannot_forge_a_line(opened: LoggedPage) -> None:
    request_id = fetch_id(opened.port, "/forged%0d%0a%7B%22level%22:%22%1b%c3%a9")

    (line,) = opened.about(request_id)
    assert (line["path"], line["route"], line["status"]) == ('/forged\r\n{"level":"\x1b\xe9', None, 404)


def test_a_fault_is_one_line_with_its_traceback_its_incident_and_its_request(
    opened: LoggedPage,
) -> None:
    opened.service.failures = [grpc.StatusCode.INTERNAL]

    request_id = fetch_id(opened.port, "/")

    fault, request = opened.about(request_id, 2)
    assert fault["level"] == "ERROR"
    assert fault["message"] == f"incident {fault['incident']}: GET '/'"
    assert fault["exception"].startswith(TRACEBACK)
    assert request["status"] == 500


def test_no_request_is_missing_in_the_log_after_sigterm(start: Start, free_port: int, service: ScriptedService) -> None:
    process = open_shop(start, free_port, service, MARKETPLACE_WORKERS=2)
    wait_until(lambda: status(free_port) == 200)

    with ThreadPoolExecutor(8) as clients:
        answered = set(clients.map(lambda _: fetch_id(free_port, "/" + "long" * 100), range(400)))
    lines = lines_of(process)

    assert len(answered) == 400
    assert answered <= {line.get("request_id") for line in lines}


@pytest.mark.skipif(sys.platform != "linux", reason="the end of a pseudo-terminal raises EIO on Linux only")
def test_on_a_terminal_the_log_is_text(free_port: int, service: ScriptedService) -> None:
    settings = {"MARKETPLACE_LISTEN": f"127.0.0.1:{free_port}", "RECOMMENDATIONS_TARGET": service.target}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "marketplace"]
    with (
        ThreadPoolExecutor(1) as reader,
        subprocess.Popen(command, env={**os.environ, **settings}, stderr=theirs) as process,
    ):
        os.close(theirs)
        written = reader.submit(all_of, ours)
        wait_until(lambda: status(free_port) == 200)
        service.failures = [grpc.StatusCode.INTERNAL]
        request_id = fetch_id(free_port, "/forged%0aINFO%1b")
        faulty_id = fetch_id(free_port, "/")
        process.terminate()
        lines = written.result(STOP_S).splitlines()

    assert lines[0] == f"INFO marketplace: listening at http://127.0.0.1:{free_port}"
    request_line = r'INFO marketplace\.requests: 127\.0\.0\.1 "GET /forged\\nINFO\\x1b" 404 in [\d.]+ ms'
    assert any(re.fullmatch(rf"{request_line} \[{request_id}\]", line) for line in lines)
    fault = next(number for number, line in enumerate(lines) if line.startswith("ERROR"))
    assert lines[fault].endswith(f" [{faulty_id}]")
    assert lines[fault + 1].startswith(TRACEBACK)


def all_of(terminal: int) -> str:
    """Return what is written to a terminal until its last writer is gone."""
    pieces = []
    with os.fdopen(terminal, "rb", buffering=0) as stream, suppress(OSError):  # EIO: they are gone
        while piece := stream.read(4_096):
            pieces.append(piece)
    return b"".join(pieces).decode()


@pytest.mark.parametrize(("log_format", "begin"), [("text", "INFO marketplace: listening"), ("json", '{"time":')])
def test_the_log_format_is_configurable(
    start: Start, free_port: int, service: ScriptedService, log_format: str, begin: str
) -> None:
    process = open_shop(start, free_port, service, MARKETPLACE_LOG_FORMAT=log_format)
    wait_until(lambda: status(free_port) == 200)

    process.terminate()

    assert process.communicate(timeout=STOP_S)[0].startswith(begin)
