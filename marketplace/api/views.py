"""The shop for programs: JSON with the proto's field names. Every field is always present; null means unknown."""

from functools import cache
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from marketplace.api import openapi
from marketplace.api.operations import BookResponse
from marketplace.web import query_parameters
from marketplace.web.request_context import deadline, recommendations_client

api = Blueprint("api", __name__, url_prefix="/api")

_ENCODER = msgspec.json.Encoder()


@api.get("/categories")
def categories() -> Response:
    """List categories by name: ?page_size=&page_token=."""
    return _json(recommendations_client().list_categories(query_parameters.categories_query(request.args), deadline()))


@api.get("/shelves")
def shelves() -> Response:
    """Draw books from each of several categories: ?max_shelves=&max_results=&page_token=&user_id=."""
    return _json(recommendations_client().recommend_shelves(query_parameters.shelves_query(request.args), deadline()))


@api.get("/recommendations")
def recommendations() -> Response:
    """Draw books from a category, or from all: ?category=&max_results=&page_token=&user_id=&exclude=.

    `exclude` may be repeated, and each may hold several ids separated by commas.
    """
    wanted = query_parameters.books_query(request.args, request.args.get("category", ""))
    return _json(recommendations_client().recommend_books(wanted, deadline()))


@api.get("/books/<book_id>")
def book(book_id: str) -> Response:
    """Return everything known about one book."""
    return _json(BookResponse(recommendations_client().get_book(query_parameters.book_query(book_id), deadline())))


@api.get("/openapi.json")
def document() -> Response:
    """Return the description of this API, an OpenAPI 3.1 document."""
    return Response(_document(), mimetype="application/json")


@cache
def _document() -> bytes:
    return _ENCODER.encode(openapi.build())


def _json(content: Any) -> Response:
    return Response(_ENCODER.encode(content), mimetype="application/json")
