"""`python -m marketplace` as its users start and stop it."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.integration.marketplace.conftest import Start
from tests.support.processes import wait_until
from tests.support.scripted_service import ScriptedService

STOP_S = 15


def status(port: int, path: str = "/healthz") -> int:
    """Return the status of the page; 0 without a response."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def worker_of(process: "subprocess.Popen[str]") -> int:
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def open_shop(start: Start, port: int, service: ScriptedService, **settings: object) -> "subprocess.Popen[str]":
    return start(
        "marketplace", MARKETPLACE_LISTEN=f"127.0.0.1:{port}", RECOMMENDATIONS_TARGET=service.target, **settings
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_gracefully(
    start: Start, free_port: int, service: ScriptedService, number: signal.Signals
) -> None:
    process = open_shop(start, free_port, service)
    wait_until(lambda: status(free_port) == 200)

    process.send_signal(number)
    messages = [
        json.loads(line)["message"] for line in process.communicate(timeout=STOP_S)[0].splitlines() if "message" in line
    ]

    assert process.returncode == 0
    assert messages == [f"listening at http://127.0.0.1:{free_port}", "stopped"]
    assert nobody_listens(free_port)


def test_finishes_a_page_that_is_being_made_before_it_stops(
    start: Start, free_port: int, service: ScriptedService
) -> None:
    service.deaf_calls = {"RecommendShelves"}
    process = open_shop(start, free_port, service)
    wait_until(lambda: status(free_port) == 200)
    seen: list[int] = []
    shopper = Thread(target=lambda: seen.append(status(free_port, "/")))
    shopper.start()
    wait_until(lambda: service.attempts == 1)

    process.terminate()
    wait_until(lambda: nobody_listens(free_port) or not shopper.is_alive())
    service.released.set()
    shopper.join(STOP_S)

    assert seen == [200]
    assert process.wait(STOP_S) == 0


def test_every_worker_connects_by_itself(start: Start, free_port: int, service: ScriptedService) -> None:
    open_shop(start, free_port, service, MARKETPLACE_WORKERS=2)
    wait_until(lambda: status(free_port) == 200)

    assert {status(free_port, "/") for _ in range(30)} == {200}


def test_all_invalid_settings_are_reported_together(start: Start) -> None:
    process = start("marketplace", MARKETPLACE_LISTEN="nowhere", MARKETPLACE_WORKERS="none")

    output = process.communicate(timeout=STOP_S)[0]

    assert process.returncode == 2
    assert [line.split(":")[0] for line in output.splitlines()] == ["MARKETPLACE_LISTEN", "MARKETPLACE_WORKERS"]


@pytest.mark.parametrize("reuse_port", [0, 1], ids=["by another program", "by another marketplace"])
def test_a_port_in_use_is_reported_in_one_sentence(start: Start, reuse_port: int) -> None:
    with socket.socket() as listener:
        # Granian sets SO_REUSEPORT, so two of them could share a port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, reuse_port)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        process = start("marketplace", MARKETPLACE_LISTEN=f"127.0.0.1:{port}")
        output = process.communicate(timeout=STOP_S)[0]

    assert process.returncode == 1
    assert f"cannot listen at 127.0.0.1:{port} (Address already in use): " in json.loads(output)["message"]


def test_an_unknown_host_is_reported_in_one_sentence(start: Start) -> None:
    process = start("marketplace", MARKETPLACE_LISTEN="nowhere.invalid:5000")

    output = process.communicate(timeout=STOP_S)[0]

    assert process.returncode == 1
    assert "cannot listen at nowhere.invalid:5000 (" in json.loads(output)["message"]


def test_listens_at_a_host_name(start: Start, free_port: int) -> None:
    start("marketplace", MARKETPLACE_LISTEN=f"localhost:{free_port}")

    wait_until(lambda: status(free_port) == 200)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker in /proc")
def test_stops_with_an_error_if_a_worker_is_killed(start: Start, free_port: int, service: ScriptedService) -> None:
    process = open_shop(start, free_port, service)
    wait_until(lambda: status(free_port) == 200)

    os.kill(worker_of(process), signal.SIGKILL)

    assert process.wait(STOP_S) != 0
    assert nobody_listens(free_port)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker in /proc")
def test_no_worker_outlives_a_killed_main_process(start: Start, free_port: int, service: ScriptedService) -> None:
    process = open_shop(start, free_port, service, MARKETPLACE_WORKERS=2)
    wait_until(lambda: status(free_port) == 200)

    process.kill()

    wait_until(lambda: nobody_listens(free_port))


def test_a_starting_worker_does_not_outlive_its_killed_main_process(free_port: int) -> None:
    # Until Granian gives a worker its own signal handlers, it has those of the main process, which only set a flag.
    program = f"""
import multiprocessing
import os
import signal
import socket
import time
from marketplace.config import from_environment
from marketplace.wsgi import build_app

def work():
    listener = socket.create_server(("127.0.0.1", {free_port}))
    noted = []
    signal.signal(signal.SIGTERM, lambda *_: noted.append(1))
    build_app(from_environment())
    os.kill(os.getppid(), signal.SIGKILL)
    while not noted:
        time.sleep(0.01)  # poll interval; the test's timeout ends the loop
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    print("begun", flush=True)
    signal.pause()

multiprocessing.get_context("fork").Process(target=work).start()
signal.pause()
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.wait(STOP_S) == -signal.SIGKILL
    # Reaches its end when the worker ends, because the worker holds the other end.
    assert process.communicate(timeout=STOP_S)[0] == "begun\n"
    assert nobody_listens(free_port)


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_nothing_is_connected_before_the_first_call(service: ScriptedService) -> None:
    # A channel has threads, which do not survive a fork into a worker.
    program = f"""
import os
from marketplace.app import create_app
from marketplace.client.deadline import Deadline
from marketplace.domain import BookQuery
from marketplace.config import from_environment
from marketplace.client.recommendations_client import RecommendationsClient

recommendations_client = RecommendationsClient({service.target!r})
create_app(from_environment(), recommendations_client)
print(len(os.listdir("/proc/self/task")))
recommendations_client.get_book(BookQuery(1), Deadline(2.0))
print(len(os.listdir("/proc/self/task")))
"""
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    before, after = map(int, output.split())
    assert before == 1
    assert after > 1


def test_sigusr1_writes_the_stacks_of_its_worker_to_the_log(
    start: Start, free_port: int, service: ScriptedService
) -> None:
    service.deaf_calls = {"RecommendShelves"}
    process = open_shop(start, free_port, service)
    wait_until(lambda: status(free_port) == 200)
    shopper = Thread(target=status, args=(free_port, "/"))
    shopper.start()
    wait_until(lambda: service.attempts == 1)

    process.send_signal(signal.SIGUSR1)
    assert process.stdout
    lines = iter(process.stdout.readline, "")
    stacks = [
        line["stack_info"] for line in map(json.loads, lines_until("recommend_shelves", lines)) if "stack_info" in line
    ]
    service.released.set()
    shopper.join(STOP_S)

    assert 'recommendations_client.py", line' in stacks[-1]
    assert status(free_port) == 200


def lines_until(word: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if word in line:
            return
