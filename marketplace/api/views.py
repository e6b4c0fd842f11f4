"""The shop for programs: JSON with the proto's field names, every field always there.

A fact that is unknown is null; ids and counts are numbers. Errors are problem details (RFC 9457).
"""

from dataclasses import asdict

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace.api.openapi import DOCUMENT
from marketplace.web import query_parameters
from marketplace.web.request_context import deadline, recommendations_client

api = Blueprint("api", __name__, url_prefix="/api")


@api.get("/categories")
def categories() -> ResponseReturnValue:
    """List categories by name: ?page_size=&page_token=."""
    page = recommendations_client().list_categories(query_parameters.categories_query(request.args), deadline())
    return jsonify(asdict(page))


@api.get("/shelves")
def shelves() -> ResponseReturnValue:
    """Draw books from each of several categories: ?max_shelves=&max_results=&page_token=&user_id=."""
    page = recommendations_client().recommend_shelves(query_parameters.shelves_query(request.args), deadline())
    return jsonify(asdict(page))


@api.get("/recommendations")
def recommendations() -> ResponseReturnValue:
    """Draw books from a category, or from all: ?category=&max_results=&page_token=&user_id=&exclude=.

    `exclude` may stand several times, and each may hold several ids separated by commas.
    """
    wanted = query_parameters.books_query(request.args, request.args.get("category", ""))
    return jsonify(asdict(recommendations_client().recommend_books(wanted, deadline())))


@api.get("/books/<book_id>")
def book(book_id: str) -> ResponseReturnValue:
    """Return all that is known of one book."""
    return jsonify(book=asdict(recommendations_client().get_book(query_parameters.book_query(book_id), deadline())))


@api.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """Describe this API as an OpenAPI 3.1 document."""
    return jsonify(DOCUMENT)
