"""The page's metrics, summed over its worker processes."""

import os
import shutil
import signal
import socket
from typing import TYPE_CHECKING

import pytest

from tests.integration.marketplace.conftest import Start
from tests.integration.marketplace.test_process import open_shop, status, worker_of
from tests.support.processes import unused_port, wait_until
from tests.support.scrapes import Scrapes
from tests.support.scripted_service import ScriptedService

if TYPE_CHECKING:
    import subprocess

HOME = 'marketplace_requests_total{route="/",status="200"}'


@pytest.fixture
def scrapes() -> Scrapes:
    return Scrapes(f"127.0.0.1:{unused_port()}")


@pytest.fixture
def process(start: Start, free_port: int, service: ScriptedService, scrapes: Scrapes) -> "subprocess.Popen[str]":
    process = open_shop(start, free_port, service, MARKETPLACE_METRICS_LISTEN=scrapes.address, MARKETPLACE_WORKERS=2)
    wait_until(lambda: status(free_port) == 200)
    return process


def test_sums_the_requests_of_all_workers(
    process: "subprocess.Popen[str]", free_port: int, service: ScriptedService, scrapes: Scrapes
) -> None:
    wait_until(lambda: scrapes.value("marketplace_workers") == 2)
    for _ in range(20):
        assert status(free_port, "/") == 200
    assert status(free_port, "/no-such-page") == 404
    wait_until(lambda: scrapes.value(HOME) == 20)
    wait_until(lambda: scrapes.value('marketplace_requests_total{route="",status="404"}') == 1)
    assert scrapes.value('marketplace_request_duration_seconds_count{route="/"}') == 20
    assert scrapes.value('marketplace_service_calls_total{method="RecommendShelves",code="OK"}') == 20
    assert scrapes.value('marketplace_service_call_duration_seconds_sum{method="RecommendShelves"}') > 0
    assert scrapes.value('marketplace_render_duration_seconds_count{template="home.html"}') == 20
    if shutil.which("promtool"):
        assert scrapes.complaints() == ""


def test_shows_the_threads_that_are_busy(
    process: "subprocess.Popen[str]", free_port: int, service: ScriptedService, scrapes: Scrapes
) -> None:
    service.deaf_calls = {"RecommendShelves"}
    with socket.create_connection(("127.0.0.1", free_port)) as shopper:
        shopper.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
        wait_until(lambda: scrapes.value("marketplace_threads_busy") == 1)
        service.released.set()
    wait_until(lambda: scrapes.value("marketplace_threads_busy") == 0)


def test_a_taken_address_is_logged_and_the_page_is_served(
    start: Start, free_port: int, service: ScriptedService
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        process = open_shop(start, free_port, service, MARKETPLACE_METRICS_LISTEN=address)
        wait_until(lambda: status(free_port, "/") == 200)
        process.terminate()
        output = process.communicate(timeout=15)[0]
    assert f"no metrics: cannot listen at {address} (Address already in use)" in output


def test_no_worker_holds_the_address_after_the_main_process_has_been_killed(
    process: "subprocess.Popen[str]", scrapes: Scrapes
) -> None:
    wait_until(lambda: scrapes.value("marketplace_workers") == 2)
    worker = worker_of(process)
    os.kill(worker, signal.SIGSTOP)
    try:
        process.kill()
        process.wait()
        host, port = scrapes.address.split(":")
        with socket.create_server((host, int(port))):
            pass
    finally:
        os.kill(worker, signal.SIGCONT)
