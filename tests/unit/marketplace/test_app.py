from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.config import Settings
from tests.support.fake_client import FakeClient

PAGES = ["/", "/categories", "/categories/mystery", "/books/7", "/api/recommendations", "/healthz", "/static/style.css"]


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/books/x"])
def test_every_answer_forbids_what_the_shop_does_not_need(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:  # a file is open until its answer is closed
        headers = response.headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Permissions-Policy" in headers


@pytest.mark.parametrize(("hosts", "pictures"), [((), ""), (("covers.example",), " https://covers.example")])
def test_the_policy_allows_nothing_but_what_is_named_here(
    settings: Settings, recommendations_client: FakeClient, hosts: tuple[str, ...], pictures: str
) -> None:
    client = create_app(replace(settings, cover_hosts=hosts), recommendations_client).test_client()

    assert client.get("/").headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        f"img-src 'self'{pictures}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("path", PAGES[:5])
def test_browsers_keep_a_draw_for_the_back_button_and_reload_it(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/nowhere", "/books/x", "/api/books/x"])
def test_errors_are_never_cached(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/api/shelves", "/static/style.css"])
def test_only_get_and_head_are_allowed(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", PAGES)
def test_head_has_only_the_headers(client: FlaskClient, path: str) -> None:
    with client.head(path) as response:
        assert response.status_code == 200
        assert response.data == b""


def test_any_host_is_accepted_by_default(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "anything.example"}).status_code == 200


def test_other_hosts_than_the_trusted_ones_are_refused(settings: Settings, recommendations_client: FakeClient) -> None:
    client = create_app(replace(settings, trusted_hosts=("shop.example",)), recommendations_client).test_client()

    assert client.get("/", headers={"Host": "shop.example"}).status_code == 200
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/api/shelves", headers={"Host": "evil.example"}).status_code == 400
    assert len(recommendations_client.queries) == 1
