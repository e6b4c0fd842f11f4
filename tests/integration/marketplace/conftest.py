"""Servers and programs that the tests start; they stop when the tests end."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient

from marketplace.client.recommendations_client import RecommendationsClient
from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import DatabaseServer
from tests.support.page_reader import Backend, shop
from tests.support.processes import started, unused_port, wait_until
from tests.support.scripted_service import ScriptedService, running

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    service = ScriptedService()
    with running(service):
        yield service


@pytest.fixture
def recommendations_client(service: ScriptedService) -> Iterator[RecommendationsClient]:
    recommendations_client = RecommendationsClient(service.target)
    yield recommendations_client
    recommendations_client.close()


@pytest.fixture
def deaf_target() -> Iterator[str]:
    """Return the address of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def free_port() -> int:
    return unused_port()


@pytest.fixture(scope="session")
def backend(database_server: DatabaseServer, seeded_template: str) -> Iterator[Backend]:
    with fresh_database(database_server.url, seeded_template) as url:
        port = unused_port()
        settings = {"DATABASE_URL": url, "RECOMMENDATIONS_LISTEN": f"127.0.0.1:{port}"}
        with started("recommendations", subprocess.DEVNULL, **settings):
            yield Backend(port, url, database_server.url)


@pytest.fixture
def client(backend: Backend) -> Iterator[FlaskClient]:
    with shop(backend.target) as client:
        wait_until(lambda: client.get("/readyz").status_code == 200)
        yield client


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts `python -m MODULE` with settings; stop at the end what still runs."""
    with ExitStack() as stack:
        yield lambda module, *output, **settings: stack.enter_context(started(module, *output, **settings))
