"""Error responses: a page for people, problem details (RFC 9457) under /api."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import BadHost, HTTPException, SecurityError
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as WerkzeugResponse

from marketplace.branding.words import fill
from marketplace.errors import BadRequestError, NotFoundError, UnavailableError
from marketplace.web.canonical_urls import canonical_redirect
from marketplace.web.problem_details import MIMETYPE, problem
from marketplace.web.request_context import shop

_RETRY_AFTER_S = 5

_TITLES = {
    400: "bad_request",
    404: "not_found",
    405: "method",
    500: "fault",
    503: "unavailable",
}
"""The keys of the titles in words.toml, by status."""

_NOT_FOUND = "We have no such page, book or category."
UNAVAILABLE = "No books can be shown at the moment. Please try again shortly."
_FAULT = "That is our fault, not yours. If it keeps happening, tell us this number: {incident}."

_DRAW_ENDPOINTS = ("pages.home", "pages.categories", "pages.category", "pages.author")
_PARAMETERS = {"exclude", "max_results", "max_shelves", "page_size", "page_token", "starting_at", "user_id"}


def register(app: Flask) -> None:
    """Register a handler for every error."""
    app.register_error_handler(NotFoundError, not_found)
    app.register_error_handler(BadRequestError, bad_request)
    app.register_error_handler(UnavailableError, unavailable)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, broken)


def not_found(_error: Exception) -> Response:
    """Return 404."""
    return _error_response(404, _NOT_FOUND, _words()["not_found_text"])


def bad_request(error: BadRequestError) -> Response:
    """Return 400, with the exact reason for programs and a simple sentence for people."""
    return _error_response(400, str(error), _words()["bad_request_text"])


def unavailable(error: UnavailableError) -> Response:
    """Return 503 with Retry-After and log the reason."""
    current_app.logger.warning("no books for %r: %r", request.path, str(error))
    response = _error_response(503, UNAVAILABLE, _words()["unavailable_text"])
    response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return response


def refused(error: HTTPException) -> Response | WerkzeugResponse:
    """Return the error that Flask or Werkzeug raised: unknown URL, wrong method, untrusted or invalid host."""
    if isinstance(error, SecurityError | BadHost):  # a page would contain URLs with this host
        sentence = "This host is not served here."
        return (
            _problem(400, sentence) if _wants_json() else Response(f"{sentence}\n", status=400, mimetype="text/plain")
        )
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if error.code == HTTPStatus.NOT_FOUND:
        return (None if _wants_json() else canonical_redirect()) or not_found(error)
    sentence = error.description or error.name
    response = _error_response(error.code, sentence, sentence)
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return response


def broken(error: Exception) -> Response:
    """Return 500 with an incident number. Details appear in the log only, under the same number."""
    incident = secrets.token_hex(4)
    extra = {"incident": incident}
    current_app.logger.error("incident %s: %s %r", incident, request.method, request.path, exc_info=error, extra=extra)
    sentence = fill(_words()["fault_text"], incident=incident)
    return _error_response(500, _FAULT.format(incident=incident), sentence, instance=f"/incidents/{incident}")


def _error_response(status: int, detail: str, sentence: str, **members: str) -> Response:
    """Return problem details with `detail` for programs, or a page with `sentence` for people."""
    if _wants_json():
        return _problem(status, detail, **members)
    page = render_template(
        "error.html",
        status=status,
        title=_words()[_TITLES.get(status, "other")],
        sentence=sentence,
        retry_after_s=_RETRY_AFTER_S,
        has_fresh_page=status == HTTPStatus.BAD_REQUEST and _has_fresh_page(),
    )
    return make_response(page, status)


def _words() -> Mapping[str, str]:
    return shop().words["error"]


def _has_fresh_page() -> bool:
    """Return whether the same URL without parameters shows a fresh draw."""
    return request.endpoint in _DRAW_ENDPOINTS and not _PARAMETERS.isdisjoint(request.args)


def _wants_json() -> bool:
    return f"{request.path}/".startswith("/api/")


def _problem(status: int, sentence: str, **members: str) -> Response:
    """Return problem details. The type about:blank means that the status identifies the problem."""
    title = HTTP_STATUS_CODES.get(status, "Error")
    body = msgspec.json.encode(problem(status, title, sentence, **members))
    return Response(body, status=status, mimetype=MIMETYPE)
