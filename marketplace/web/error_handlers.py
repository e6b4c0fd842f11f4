"""Error responses: a page for people, problem details (RFC 9457) under /api."""

import secrets
from http import HTTPStatus

import msgspec
from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as WerkzeugResponse

from marketplace.errors import BadRequestError, NotFoundError, UnavailableError
from marketplace.web.problem_details import MIMETYPE, problem

_RETRY_AFTER_S = 5

_TITLES = {
    400: "This link does not work",
    404: "Not on our shelves",
    405: "Only for looking",
    500: "Something fell off the shelf",
    503: "Back in a moment",
}
_OTHER_TITLE = "That did not work"

_DRAW_ENDPOINTS = ("pages.home", "pages.categories", "pages.category")
_PARAMETERS = {"exclude", "max_results", "max_shelves", "page_size", "page_token", "user_id"}


def register(app: Flask) -> None:
    """Register a handler for every error."""
    app.register_error_handler(NotFoundError, not_found)
    app.register_error_handler(BadRequestError, bad_request)
    app.register_error_handler(UnavailableError, unavailable)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, broken)


def not_found(_error: Exception) -> Response:
    """Return 404."""
    return _error_response(404, "We have no such page, book or category.")


def bad_request(error: BadRequestError) -> Response:
    """Return 400 with the reason."""
    return _error_response(400, str(error))


def unavailable(error: UnavailableError) -> Response:
    """Return 503 with Retry-After and log the reason."""
    current_app.logger.warning("recommendations unavailable for %r: %r", request.path, str(error))
    response = _error_response(503, "Our bookseller is away from the stall for a moment. Please try again shortly.")
    response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return response


def refused(error: HTTPException) -> Response | WerkzeugResponse:
    """Return the error that Flask or Werkzeug raised: unknown URL, wrong method, untrusted host."""
    if isinstance(error, SecurityError):  # a page needs URLs, which this host must not appear in
        sentence = "This host is not served here."
        return (
            _problem(400, sentence) if _wants_json() else Response(f"{sentence}\n", status=400, mimetype="text/plain")
        )
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if error.code == HTTPStatus.NOT_FOUND:
        return not_found(error)
    response = _error_response(error.code, error.description or error.name)
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return response


def broken(error: Exception) -> Response:
    """Return 500 with an incident number. Details appear in the log only, under the same number."""
    incident = secrets.token_hex(4)
    extra = {"incident": incident}
    current_app.logger.error("incident %s: %s %r", incident, request.method, request.path, exc_info=error, extra=extra)
    sentence = f"That is our fault, not yours. If it keeps happening, tell us this number: {incident}."
    return _error_response(500, sentence, instance=f"/incidents/{incident}")


def _error_response(status: int, sentence: str, **members: str) -> Response:
    if _wants_json():
        return _problem(status, sentence, **members)
    page = render_template(
        "error.html",
        status=status,
        title=_TITLES.get(status, _OTHER_TITLE),
        sentence=sentence,
        retry_after_s=_RETRY_AFTER_S,
        starts_afresh=status == HTTPStatus.BAD_REQUEST and _has_fresh_page(),
    )
    return make_response(page, status)


def _has_fresh_page() -> bool:
    """Return whether the same URL without parameters shows a fresh draw."""
    return request.endpoint in _DRAW_ENDPOINTS and not _PARAMETERS.isdisjoint(request.args)


def _wants_json() -> bool:
    return f"{request.path}/".startswith("/api/")


def _problem(status: int, sentence: str, **members: str) -> Response:
    """Return problem details. The type about:blank means that the status says everything."""
    title = HTTP_STATUS_CODES.get(status, _OTHER_TITLE)
    body = msgspec.json.encode(problem(status, title, sentence, **members))
    return Response(body, status=status, mimetype=MIMETYPE)
