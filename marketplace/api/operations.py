"""The operations of the API, as OpenAPI describes them. Their parameters come from the request types."""

from dataclasses import dataclass, field, fields
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from marketplace.domain import (
    Book,
    BookQuery,
    BooksPage,
    BooksQuery,
    CategoriesPage,
    CategoriesQuery,
    ShelvesPage,
    ShelvesQuery,
)

Schema = dict[str, Any]

PARAMETER_NAMES = {"exclude_book_ids": "exclude"}
"""Query parameters whose names differ from those of the request's fields."""

_REQUESTED = "$request.query."
_NEXT_PAGE = {"page_token": "$response.body#/next_page_token"}
_SAME_PAGE = {
    "category": "$response.body#/category/slug",
    "page_token": "$response.body#/page_token",
    **{name: _REQUESTED + name for name in ("author", "exclude")},  # these are not part of the response
}
_NEXT_SHELVES = _NEXT_PAGE | {name: _REQUESTED + name for name in ("categories", "exclude_categories")}
_FIRST_SHELF = {
    "category": "$response.body#/shelves/0/category/slug",
    "page_token": "$response.body#/shelves/0/next_page_token",
}


@dataclass(frozen=True)
class BookResponse:
    """One book."""

    book: Book
    link: Annotated[str | None, Meta(description="The shop owner's link to it. Null if the shop has no links.")]


@dataclass(frozen=True)
class Link:
    """How to call another operation next: its parameters, as runtime expressions of OpenAPI."""

    operation: str
    description: str
    parameters: dict[str, str]


@dataclass(frozen=True)
class Operation:
    """One GET operation. `problems` are its error statuses in addition to those of every operation."""

    name: str
    path: str
    summary: str
    request: type | None
    response: type | None
    response_description: str
    problems: tuple[str, ...] = ()
    links: dict[str, Link] = field(default_factory=dict)


OPERATIONS = (
    Operation(
        "recommendations",
        "/api/recommendations",
        "Draw books at random from a category, from an author's books, or from all",
        BooksQuery,
        BooksPage,
        "One page of a shuffle.",
        ("400", "404"),
        {
            "again": Link("recommendations", "This page again.", _SAME_PAGE),
            "next": Link("recommendations", "The next page, unless the token is empty.", _SAME_PAGE | _NEXT_PAGE),
            "book": Link("book", "Everything about the first book.", {"book_id": "$response.body#/books/0/id"}),
        },
    ),
    Operation(
        "shelves",
        "/api/shelves",
        "Draw books at random from each of several categories",
        ShelvesQuery,
        ShelvesPage,
        "The shelves, all read from one snapshot.",
        ("400",),
        {
            "next": Link("shelves", "The next smaller categories, unless the token is empty.", _NEXT_SHELVES),
            "shelf": Link("recommendations", "More books of the first shelf.", _FIRST_SHELF),
        },
    ),
    Operation(
        "categories",
        "/api/categories",
        "List the categories that hold books",
        CategoriesQuery,
        CategoriesPage,
        "The categories, by name.",
        ("400",),
        {
            "next": Link("categories", "The next page, unless the token is empty.", _NEXT_PAGE),
            "shelf": Link(
                "recommendations", "Books of the first category.", {"category": "$response.body#/categories/0/slug"}
            ),
        },
    ),
    Operation(
        "book",
        "/api/books/{book_id}",
        "Return everything known about one book",
        BookQuery,
        BookResponse,
        "The book.",
        ("400", "404"),
    ),
    Operation("document", "/api/openapi.json", "Return this document", None, None, "OpenAPI 3.1."),
)


def query_parameters_of(operation: Operation) -> tuple[str, ...]:
    """Return the names of the operation's query parameters."""
    return tuple(parameter["name"] for parameter in parameters_of(operation) if parameter["in"] == "query")


def parameters_of(operation: Operation) -> list[Schema]:
    """Describe the operation's parameters: one for each field of its request type."""
    if operation.request is None:
        return []
    _, components = msgspec.json.schema_components([operation.request])
    properties = components[operation.request.__name__]["properties"]
    is_path = "{" in operation.path
    return [_parameter(field.name, properties[field.name], is_path=is_path) for field in fields(operation.request)]


def _parameter(name: str, schema: Schema, *, is_path: bool) -> Schema:
    described: Schema = {"name": PARAMETER_NAMES.get(name, name), "description": schema.pop("description")}
    if examples := schema.pop("examples", None):
        described["example"] = examples[0]
    if is_path:
        return {**described, "name": "book_id", "in": "path", "required": True, "schema": schema}
    if schema["type"] == "array":
        described |= {"style": "form", "explode": False}
    return {**described, "in": "query", "allowEmptyValue": True, "schema": schema}
