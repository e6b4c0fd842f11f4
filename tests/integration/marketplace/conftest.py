"""What the tests start, and stop when they end."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from marketplace.recommender import Recommender
from tests.integration.marketplace.scripted import DEADLINE_S, Scripted, running

POLL_S = 0.01

Eventually = Callable[[Callable[[], object]], None]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def service() -> Iterator[Scripted]:
    service = Scripted()
    with running(service):
        yield service


@pytest.fixture
def recommender(service: Scripted) -> Iterator[Recommender]:
    recommender = Recommender(service.target)
    yield recommender
    recommender.close()


@pytest.fixture
def deaf_target() -> Iterator[str]:
    """Give the address of somebody who takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def free_port() -> int:
    """Give a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def eventually() -> Eventually:
    """Give a function that waits until a condition holds, and fails the test if that takes too long."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(POLL_S)

    return wait


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts `python -m` something with settings; what still runs at the end is stopped."""
    with ExitStack() as stack:

        def start_module(module: str, **settings: object) -> subprocess.Popen[str]:
            environ = {**os.environ, **{name: str(value) for name, value in settings.items()}}
            process = subprocess.Popen(
                [sys.executable, "-m", module], env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            stack.callback(process.communicate)
            stack.callback(process.terminate)
            return process

        yield start_module
