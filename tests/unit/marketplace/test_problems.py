"""Errors of the API: problem details, https://www.rfc-editor.org/rfc/rfc9457."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import RequestEntityTooLarge, RequestURITooLarge
from werkzeug.test import TestResponse

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.errors import BadRequestError, NotFoundError, UnavailableError
from tests.support.fake_client import FakeClient

PATHS = ["/api/shelves", "/api/categories", "/api/recommendations", "/api/books/7"]


def problem(response: TestResponse) -> dict[str, Any]:
    """Return the problem details of a response after checking its status."""
    assert response.mimetype == "application/problem+json"
    details: dict[str, Any] = response.get_json()
    assert list(details)[:4] == ["type", "title", "status", "detail"]
    assert details["type"] == "about:blank"
    assert f"{details['status']} {details['title']}".upper() == response.status
    return details


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BadRequestError("user_id must not be negative."), (400, "user_id must not be negative.")),
        (NotFoundError("no book 7"), (404, "We have no such page, book or category.")),
        (RequestEntityTooLarge("At most 16 KiB."), (413, "At most 16 KiB.")),
        (RequestURITooLarge("Too long."), (414, "Too long.")),
    ],
)
def test_problem_details_name_the_error(
    client: FlaskClient, recommendations_client: FakeClient, path: str, error: Exception, expected: tuple[int, str]
) -> None:
    recommendations_client.error = error

    details = problem(client.get(path))

    assert (details["status"], details["detail"]) == expected
    assert len(details) == 4


@pytest.mark.parametrize("path", ["/api/", "/api/nowhere", "/api/books/7/nowhere", "/api/books/"])
def test_unknown_address_is_a_problem_too(client: FlaskClient, path: str) -> None:
    assert problem(client.get(path))["status"] == 404


@pytest.mark.parametrize("path", ["/apiary", "/books/x"])
def test_other_paths_get_html_pages(client: FlaskClient, path: str) -> None:
    assert client.get(path).mimetype == "text/html"


@pytest.mark.parametrize("path", PATHS)
def test_an_unavailable_service_is_a_problem_with_retry_after(
    client: FlaskClient, recommendations_client: FakeClient, path: str
) -> None:
    recommendations_client.error = UnavailableError("UNAVAILABLE: ipv4:10.0.0.1:50051")

    response = client.get(path)

    assert problem(response)["status"] == 503
    assert response.headers["Retry-After"] == "5"
    assert "10.0.0.1" not in response.text


@pytest.mark.parametrize("path", PATHS)
def test_an_unexpected_error_is_an_incident_with_a_number(
    client: FlaskClient, recommendations_client: FakeClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    recommendations_client.error = RuntimeError("postgresql://user:secret@host")

    details = problem(client.get(path))

    incident = caplog.records[0].getMessage().split(":")[0].removeprefix("incident ")
    assert details["status"] == 500
    assert details["instance"] == f"/incidents/{incident}"
    assert incident in details["detail"]
    assert "secret" not in str(details)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"])
@pytest.mark.parametrize("path", [*PATHS, "/api/nowhere"])
def test_other_methods_are_a_problem_that_names_the_allowed_ones(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method)

    assert problem(response)["status"] == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_other_hosts_than_the_trusted_ones_are_a_problem(
    settings: Settings, recommendations_client: FakeClient
) -> None:
    client = create_app(replace(settings, trusted_hosts=("shop.example",)), recommendations_client).test_client()

    assert problem(client.get("/api/shelves", headers={"Host": "evil.example"}))["status"] == 400
    assert client.get("/", headers={"Host": "evil.example"}).mimetype == "text/plain"


@pytest.mark.parametrize("error", [None, NotFoundError("no such"), UnavailableError("away"), RuntimeError("ours")])
@pytest.mark.parametrize("path", PATHS)
def test_head_is_the_answer_without_its_body(
    client: FlaskClient, recommendations_client: FakeClient, path: str, error: Exception | None
) -> None:
    recommendations_client.error = error

    get, head = (send(path, headers={"X-Request-ID": "the-same"}) for send in (client.get, client.head))

    assert head.data == b""
    for answer in (get, head):
        answer.headers.pop("Date", None)  # a second may end between the two
    assert (head.status, dict(head.headers)) == (get.status, dict(get.headers))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("path", ["/", *PATHS, "/api/nowhere", "/static/style.css"])
def test_other_sites_scripts_are_allowed_nothing(client: FlaskClient, method: str, path: str) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    with client.open(path, method=method, headers=headers) as response:
        assert [name for name, _ in response.headers if name.lower().startswith("access-control-")] == []
        assert (response.status_code == 405) == (method not in {"GET", "HEAD"})
