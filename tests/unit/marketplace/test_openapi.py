"""The document at /api/openapi.json says what the code does."""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
from flask.testing import FlaskClient

from marketplace import domain
from marketplace.api import openapi
from marketplace.errors import NotFoundError, UnavailableError
from tests.support.fake_client import FakeClient

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = msgspec.json.decode(msgspec.json.encode(openapi.build()))
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = {path: item["get"] for path, item in DOCUMENT["paths"].items()}
PARAMETERS = [
    (path, operation["operationId"], parameter)
    for path, operation in OPERATIONS.items()
    for parameter in operation["parameters"]
]
REQUESTS = {
    "recommendations": (domain.BooksQuery, "RecommendBooksRequest"),
    "shelves": (domain.ShelvesQuery, "RecommendShelvesRequest"),
    "categories": (domain.CategoriesQuery, "ListCategoriesRequest"),
}


def test_it_is_valid_openapi(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").get_json()

    assert document == DOCUMENT
    schemathesis.openapi.from_dict(document).validate()


def test_pages_lead_to_it(client: FlaskClient) -> None:
    assert '<a href="/api">' in client.get("/").text
    assert '<a href="/api/openapi.json">' in client.get("/api").text


def test_its_page_shows_names_as_code(client: FlaskClient) -> None:
    page = client.get("/api").text

    assert "`" not in page
    assert "as in <code>authors</code> of a book" in page


def test_it_has_the_projects_version_and_so_do_the_images() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert DOCUMENT["info"]["version"] == project["version"]
    assert f"ARG VERSION={project['version']}\n" in (ROOT / "Dockerfile").read_text("utf-8")


def test_every_field_of_a_response_is_described_and_required() -> None:
    for name in ("Category", "BookRecommendation", "Book", "BooksPage", "Shelf", "ShelvesPage", "CategoriesPage"):
        schema = SCHEMAS[name]
        assert schema["required"] == list(schema["properties"])
        assert all({"description", "$ref"} & set(field) for field in schema["properties"].values())


def test_every_address_of_the_api_is_described_and_no_other(client: FlaskClient) -> None:
    rules = client.application.url_map.iter_rules()
    ours = {re.sub(r"<(\w+)>", r"{\1}", rule.rule): rule.endpoint for rule in rules if rule.rule.startswith("/api/")}

    assert ours == {path: f"api.{operation['operationId']}" for path, operation in OPERATIONS.items()}


@pytest.mark.parametrize("operation", REQUESTS)
def test_parameters_are_those_that_are_read_with_the_protos_limits(operation: str) -> None:
    wanted, message = REQUESTS[operation]
    described = {parameter["name"]: parameter for _, name, parameter in PARAMETERS if name == operation}
    exclusions = {"exclude_book_ids": "exclude"}
    names = {field.name: exclusions.get(field.name, field.name) for field in fields(wanted)}
    proto = (ROOT / "protobufs/recommendations.proto").read_text("utf-8")
    (body,) = re.findall(rf"^message {message} {{\n(.*?)^}}", proto, re.DOTALL | re.MULTILINE)

    assert set(described) == set(names.values())
    comments = re.findall(r"((?:^  //.*\n)+)  .* (\w+) = ", body, re.MULTILINE)
    assert {field for _, field in comments} == set(names)
    for comment, field in comments:
        numbers = re.findall(r"\d[\d,]*", described[names[field]]["description"])
        assert numbers == re.findall(r"\d[\d,]*", comment), field


@pytest.mark.parametrize(("path", "operation", "parameter"), PARAMETERS)
def test_bounds_are_enforced(client: FlaskClient, path: str, operation: str, parameter: dict[str, Any]) -> None:
    schema, name = parameter["schema"], parameter["name"]
    if name == "page_token":
        assert set(schema) == {"type", "default"}  # opaque, of any length
        return
    if schema["type"] == "boolean":
        assert [client.get(f"{path}?{name}={value}").status_code for value in ("true", "false", "maybe")] == [
            200,
            200,
            400,
        ]
        return
    at_most, beyond = edges(schema)
    addresses = [
        path.format(book_id=value) if parameter["in"] == "path" else f"{path}?{name}={value}"
        for value in (at_most, beyond)
    ]

    assert [client.get(address).status_code for address in addresses] == [200, 400]


def edges(schema: dict[str, Any]) -> tuple[str, str]:
    """Return the largest value that the schema allows, and the next larger one."""
    if schema["type"] == "string":
        return "x" * schema["maxLength"], "x" * (schema["maxLength"] + 1)
    if schema["type"] == "array":
        return ",".join("7" * schema["maxItems"]), ",".join("7" * (schema["maxItems"] + 1))
    return str(schema["maximum"]), str(schema["maximum"] + 1)


@pytest.mark.parametrize(
    ("path", "error", "status"),
    [
        ("/api/recommendations?max_results=ten", None, "400"),
        ("/api/books/8", NotFoundError("no book 8"), "404"),
        ("/api/shelves", RuntimeError("ours"), "500"),
        ("/api/categories", UnavailableError("away"), "503"),
    ],
)
def test_problems_match_the_examples(
    client: FlaskClient, recommendations_client: FakeClient, path: str, error: Exception | None, status: str
) -> None:
    recommendations_client.error = error
    described = DOCUMENT["components"]["responses"][status]
    (media_type,) = described["content"]

    response = client.get(path)

    assert response.status.startswith(status)
    assert response.mimetype == media_type
    body = re.sub(r"[0-9a-f]{8}", "1a2b3c4d", response.text)
    assert json.loads(body) == described["content"][media_type]["example"]
    for header in described.get("headers", {}):
        assert header in response.headers
