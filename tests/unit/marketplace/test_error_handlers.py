import logging

import pytest
from flask.testing import FlaskClient

from marketplace.errors import BadRequestError, NotFoundError, UnavailableError
from tests.support.fake_client import FakeClient

PAGES = ["/", "/categories", "/categories/mystery", "/books/7"]
API = ["/api/shelves", "/api/categories", "/api/recommendations", "/api/books/7"]


@pytest.mark.parametrize("path", PAGES)
def test_shopper_sees_a_friendly_page_while_the_service_is_away(
    client: FlaskClient, recommendations_client: FakeClient, path: str
) -> None:
    recommendations_client.error = UnavailableError("UNAVAILABLE: ipv4:10.0.0.1:50051")

    response = client.get(path)

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "Back in a moment" in response.text
    assert "Try again</a>" in response.text
    assert "10.0.0.1" not in response.text


@pytest.mark.parametrize("path", [*PAGES, *API])
def test_an_unexpected_error_shows_only_its_incident_number(
    client: FlaskClient, recommendations_client: FakeClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    recommendations_client.error = RuntimeError("postgresql://user:secret@host")

    with caplog.at_level(logging.ERROR):
        response = client.get(path)

    incident = caplog.records[0].getMessage().split(":")[0].removeprefix("incident ")
    assert response.status_code == 500
    assert incident in response.text
    assert "secret" not in response.text
    assert caplog.records[0].exc_info


def test_unknown_category_leads_to_the_others(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.error = NotFoundError("no category 'nope'")

    response = client.get("/categories/nope")

    assert response.status_code == 404
    assert "find that page · Bookstall</title>" in response.text
    assert 'href="/categories"' in response.text


def test_an_unknown_url_shows_a_friendly_page(client: FlaskClient) -> None:
    assert "<h1>We can&#39;t find that page</h1>" in client.get("/nowhere").text
    assert client.get("/api/nowhere").mimetype == client.get("/api/").mimetype == "application/problem+json"


def test_bad_token_leads_to_a_fresh_shuffle_of_the_same_shelf(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    recommendations_client.error = BadRequestError("page_token <b>is</b> not one of this category")

    response = client.get("/categories/mystery?page_token=zzz")

    assert response.status_code == 400
    assert 'href="/categories/mystery"' in response.text
    assert "page_token &lt;b&gt;" not in response.text
    assert "It is incomplete or out of date." in response.text


def test_the_api_returns_the_exact_reason(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.error = BadRequestError("page_token is not one of this category")

    response = client.get("/api/recommendations?category=mystery&page_token=zzz")

    assert response.get_json()["detail"] == "page_token is not one of this category"


@pytest.mark.parametrize(
    ("path", "leads_on"),
    [
        ("/?page_token=zzz", True),
        ("/?max_shelves=x", True),
        ("/categories?page_size=-1", True),
        ("/categories/mystery?exclude=x", True),
        ("/categories/mystery?user_id=x&utm_source=there", True),
        (f"/categories/{'x' * 1_001}?utm_source=there", False),
    ],
)
def test_a_fresh_start_is_offered_only_where_it_can_help(
    client: FlaskClient, recommendations_client: FakeClient, path: str, *, leads_on: bool
) -> None:
    recommendations_client.error = BadRequestError("not so")

    response = client.get(path)

    assert response.status_code == 400
    assert ("Start again" in response.text) is leads_on


@pytest.mark.parametrize(
    "path", ["/%00", "/%ff", "/..%2f", "/books//7", "/books/", "/categories/%F0%9F%98%80/x", "/api/"]
)
def test_odd_addresses_are_never_a_server_error(client: FlaskClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code in {308, 404}


def test_a_number_beyond_every_type_is_never_a_server_error(client: FlaskClient) -> None:
    assert client.get("/books/" + "9" * 5_000).status_code == 404
