"""The page while the service fails, hangs or is absent, through a real channel."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.config import Settings
from tests.support.scripted_service import ScriptedService

PAGE_S = 10.0
"""Much more than a page's deadline, so that a busy computer fails no test. Without a deadline, pages would hang."""
PATHS = ["/", "/categories", "/categories/mystery", "/books/1", "/api/shelves", "/api/recommendations"]


@contextmanager
def shop(target: str) -> Iterator[FlaskClient]:
    settings = Settings(target, "127.0.0.1", 5000, workers=1, threads=1, trusted_hosts=())
    recommendations_client = RecommendationsClient(target)
    yield create_app(settings, recommendations_client).test_client()
    recommendations_client.close()


@pytest.mark.parametrize("path", PATHS)
def test_an_absent_service_is_a_503_at_once(free_port: int, path: str, caplog: pytest.LogCaptureFixture) -> None:
    with shop(f"127.0.0.1:{free_port}") as client:
        response = client.get(path)

    assert "UNAVAILABLE" in caplog.text  # not DEADLINE_EXCEEDED: the page did not wait for its deadline
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("path", PATHS)
def test_a_silent_service_is_a_503_in_time(deaf_target: str, path: str) -> None:
    with shop(deaf_target) as client:
        started = time.monotonic()
        response = client.get(path)

    assert time.monotonic() - started < PAGE_S
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_a_slow_service_is_a_503_in_time(service: ScriptedService) -> None:
    service.deaf_calls = {"RecommendShelves"}

    with shop(service.target) as client:
        started = time.monotonic()
        response = client.get("/")

    assert time.monotonic() - started < PAGE_S
    assert response.status_code == 503


def test_probes_are_answered_while_the_service_is_silent(deaf_target: str) -> None:
    with shop(deaf_target) as client:
        started = time.monotonic()

        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        assert time.monotonic() - started < PAGE_S
