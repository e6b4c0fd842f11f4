"""The JSON API, with the proto's field names. Every field is always present; null means unknown."""

from difflib import get_close_matches
from functools import cache
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from marketplace.api import openapi
from marketplace.api.operations import OPERATIONS, BookResponse, query_parameters_of
from marketplace.branding.shop import Shop
from marketplace.errors import BadRequestError
from marketplace.web import cross_origin, query_parameters
from marketplace.web.request_context import deadline, recommendations_client, shop

_ENCODER = msgspec.json.Encoder()


_KNOWN_PARAMETERS = {f"api.{operation.name}": query_parameters_of(operation) for operation in OPERATIONS}


def build_api(shop: Shop) -> Blueprint:
    """Build the API's blueprint."""
    api = Blueprint("api", __name__, url_prefix="/api")
    api.before_request(refuse_unknown_parameters)
    api.add_url_rule("/categories", view_func=categories)
    api.add_url_rule("/shelves", view_func=shelves)
    api.add_url_rule("/recommendations", view_func=recommendations)
    api.add_url_rule("/books/<book_id>", view_func=book)
    api.add_url_rule("/openapi.json", view_func=document)
    cross_origin.register(api, shop.file.api.cors_origins)
    return api


def refuse_unknown_parameters() -> None:
    """Reject unknown parameters, and suggest the nearest name.

    Raises:
        BadRequestError: If a parameter is unknown.
    """
    known = _KNOWN_PARAMETERS.get(request.endpoint or "", ())
    for name in request.args:
        if name not in known:
            nearest = get_close_matches(name, known, 1)
            suggestion = f" Did you mean {nearest[0]}?" if nearest else ""
            raise BadRequestError(f"There is no parameter {name[:50]!r} here.{suggestion}")


def categories() -> Response:
    """List categories by name: ?page_size=&page_token=&starting_at=&with_initials=."""
    query = query_parameters.categories_query(request.args)
    return _with_etag(_json(recommendations_client().list_categories(query, deadline())))


def shelves() -> Response:
    """Draw books from each of several categories: ?max_shelves=&max_results=&page_token=&user_id=."""
    return _json(recommendations_client().recommend_shelves(query_parameters.shelves_query(request.args), deadline()))


def recommendations() -> Response:
    """Draw books: ?category=&author=&max_results=&page_token=&user_id=&exclude=.

    `exclude` may be repeated, and each may hold several ids separated by commas.
    """
    category, author = request.args.get("category", ""), request.args.get("author", "")
    wanted = query_parameters.books_query(request.args, category=category, author=author)
    return _json(recommendations_client().recommend_books(wanted, deadline()))


def book(book_id: str) -> Response:
    """Return everything known about one book."""
    book = recommendations_client().get_book(query_parameters.book_query(book_id), deadline())
    return _with_etag(_json(BookResponse(book, shop().book_url(book))))


def document() -> Response:
    """Return the description of this API, an OpenAPI 3.1 document."""
    return _with_etag(Response(_document(request.script_root), mimetype="application/json"))


@cache
def _document(root: str) -> bytes:
    return _ENCODER.encode(openapi.build(f"{root}/"))


def _with_etag(response: Response) -> Response:
    """Return 304 instead to clients that already have this response."""
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response


def _json(content: Any) -> Response:
    return Response(_ENCODER.encode(content), mimetype="application/json")
