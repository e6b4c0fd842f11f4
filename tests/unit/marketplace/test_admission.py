"""Overload: requests beyond the limits are rejected at once, liveness checks never."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.client.deadline import Deadline
from marketplace.config import Settings
from marketplace.domain import ShelvesPage, ShelvesQuery
from marketplace.web import admission
from tests.support.fake_client import FakeClient
from tests.support.processes import wait_until


class SlowClient(FakeClient):
    """Answers shelves once it is released, and counts the calls that wait."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.waiting = 0

    def recommend_shelves(self, query: ShelvesQuery, deadline: Deadline) -> ShelvesPage:
        self.waiting += 1
        self.released.wait(20)
        return super().recommend_shelves(query, deadline)


@pytest.fixture
def slow() -> SlowClient:
    return SlowClient()


@pytest.fixture
def app(settings: Settings, slow: SlowClient, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Give a shop that handles one request at a time and queues none."""
    monkeypatch.setattr(admission, "MAX_WAITING", 0)
    return create_app(settings, slow)


@pytest.fixture
def busy(app: Flask, slow: SlowClient) -> Iterator[FlaskClient]:
    """Give a client of the shop while another request occupies it."""
    with ThreadPoolExecutor(1) as callers:
        occupying = callers.submit(app.test_client().get, "/")
        wait_until(lambda: slow.waiting)
        yield app.test_client()
        slow.released.set()
        assert occupying.result().status_code == 200


@pytest.mark.parametrize(("path", "mimetype"), [("/", "text/html"), ("/api/shelves", "application/problem+json")])
def test_overload_is_a_complete_503(busy: FlaskClient, path: str, mimetype: str) -> None:
    first, second = busy.get(path), busy.get(path)

    assert (first.status_code, first.mimetype, first.headers["Retry-After"]) == (503, mimetype, "5")
    assert first.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    assert first.data == second.data
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_a_rejection_contains_nothing_of_the_request(busy: FlaskClient) -> None:
    page = busy.get("/categories/secret?page_token=secret", headers={"Host": "evil.example", "Accept-Encoding": "gzip"})

    assert page.status_code == 503
    assert "secret" not in page.text
    assert "evil.example" not in page.text


def test_liveness_is_never_rejected(busy: FlaskClient) -> None:
    assert busy.get("/healthz").status_code == 200


def test_a_free_place_is_used_again(app: Flask, slow: SlowClient) -> None:
    slow.released.set()
    client = app.test_client()

    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 200]


def test_a_queued_request_waits_for_a_place(settings: Settings, slow: SlowClient) -> None:
    app = create_app(settings, slow)
    with ThreadPoolExecutor(2) as callers:
        first = callers.submit(app.test_client().get, "/")
        wait_until(lambda: slow.waiting)
        second = callers.submit(app.test_client().get, "/healthz")
        assert second.result().status_code == 200
        third = callers.submit(app.test_client().get, "/categories")
        slow.released.set()

        assert (first.result().status_code, third.result().status_code) == (200, 200)


def test_a_request_that_waits_too_long_is_rejected(
    settings: Settings, slow: SlowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MAX_WAIT_S", 0.01)
    app = create_app(settings, slow)
    with ThreadPoolExecutor(1) as callers:
        occupying = callers.submit(app.test_client().get, "/")
        wait_until(lambda: slow.waiting)

        assert app.test_client().get("/categories").status_code == 503
        slow.released.set()
        assert occupying.result().status_code == 200
