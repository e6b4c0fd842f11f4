"""Requests that no browser sends. None of them may cause a status of 500 or a traceback."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.support.fake_client import FakeClient

PATHS = ["/", "/categories//mystery", "/surprise", "/sitemap.xml", "/api/shelves", "/healthz", "/static/none.css"]


@pytest.fixture(autouse=True)
def categories_end(recommendations_client: FakeClient) -> None:
    """Let the list of categories have one page: the sitemap reads 50,000 of a list without an end."""
    recommendations_client.categories = replace(recommendations_client.categories, next_page_token="")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["a..b", "x" * 300, "a b", "é".encode().decode("latin-1"), "a/b", "[::1", "a:99999", "."]
)
def test_an_odd_host_as_the_first_request_is_answered(client: FlaskClient, host: str, path: str, method: str) -> None:
    response = client.open(path, method=method, environ_overrides={"HTTP_HOST": host})

    assert response.status_code < 500


def test_an_invalid_host_is_a_bad_request(client: FlaskClient) -> None:
    page = client.get("/", headers={"Host": "a..b"})
    problem = client.get("/api/shelves", headers={"Host": "a..b"})

    assert (page.status_code, page.text) == (400, "This host is not served here.\n")
    assert (problem.status_code, problem.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/categories//mystery", "/categories/mystery"),
        ("//categories///mystery", "/categories/mystery"),
        ("/categories//mystery?page_token=a%2Fb", "/categories/mystery?page_token=a%2Fb"),
    ],
)
def test_redirects_stay_on_this_host(client: FlaskClient, path: str, location: str) -> None:
    response = client.get("/", environ_overrides={**split(path), "HTTP_HOST": "evil.example"})

    assert response.status_code == 308
    assert response.headers["Location"] == location


def split(path: str) -> dict[str, str]:
    path, _, query = path.partition("?")
    return {"PATH_INFO": path, "QUERY_STRING": query}


@pytest.mark.parametrize("path", ["/\xff", "/categories/\xff", "/books/\xff\xfe", "/static/\xff", "/api/books/\xff"])
def test_a_path_that_is_not_utf_8_is_answered(client: FlaskClient, path: str) -> None:
    assert client.get("/", environ_overrides={"PATH_INFO": path}).status_code < 500


@pytest.mark.parametrize(
    "query", ["\xff", "page_token=\xff", "exclude=%ff", "user_id=\xd9\xa1", "=&&=", "%", "max_results=%00"]
)
def test_an_odd_query_is_answered(client: FlaskClient, query: str) -> None:
    assert client.get("/", environ_overrides={"QUERY_STRING": query}).status_code < 500
