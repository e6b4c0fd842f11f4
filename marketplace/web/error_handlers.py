"""What a visitor is told when something went wrong: a page for people, problem details (RFC 9457) under /api."""

import secrets
from http import HTTPStatus

import msgspec
from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as BareResponse

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

_DRAWS = ("pages.home", "pages.categories", "pages.category")
_PARAMETERS = {"exclude", "max_results", "max_shelves", "page_size", "page_token", "user_id"}


def register(app: Flask) -> None:
    """Let the application answer whatever goes wrong in a way that its visitors understand."""
    app.register_error_handler(NotFoundError, not_found)
    app.register_error_handler(BadRequestError, bad_request)
    app.register_error_handler(UnavailableError, unavailable)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, broken)


def not_found(_error: Exception) -> Response:
    """Answer that there is no such thing."""
    return _answer(404, "We have no such page, book or category.")


def bad_request(error: BadRequestError) -> Response:
    """Answer what is wrong with the address."""
    return _answer(400, str(error))


def unavailable(error: UnavailableError) -> Response:
    """Answer that the shop cannot draw books just now, and when to come again."""
    current_app.logger.warning("no recommendations for %r: %r", request.path, str(error))
    response = _answer(503, "Our bookseller is away from the stall for a moment. Please try again shortly.")
    response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return response


def refused(error: HTTPException) -> Response | BareResponse:
    """Answer what Flask itself refuses: unknown addresses, other methods, hosts that are not ours."""
    if isinstance(error, SecurityError):  # no page can be made, since no address of ours can be built
        sentence = "This host is not served here."
        return (
            _problem(400, sentence) if _wants_json() else Response(f"{sentence}\n", status=400, mimetype="text/plain")
        )
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if error.code == HTTPStatus.NOT_FOUND:
        return not_found(error)
    response = _answer(error.code, error.description or error.name)
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return response


def broken(error: Exception) -> Response:
    """Answer that the fault is ours, with a number that the log holds too, and nothing else of it."""
    incident = secrets.token_hex(4)
    told = {"incident": incident}
    current_app.logger.error("incident %s: %s %r", incident, request.method, request.path, exc_info=error, extra=told)
    sentence = f"That is our fault, not yours. If it keeps happening, tell us this number: {incident}."
    return _answer(500, sentence, instance=f"/incidents/{incident}")


def _answer(status: int, sentence: str, **members: str) -> Response:
    if _wants_json():
        return _problem(status, sentence, **members)
    page = render_template(
        "error.html",
        status=status,
        title=_TITLES.get(status, _OTHER_TITLE),
        sentence=sentence,
        retry_after_s=_RETRY_AFTER_S,
        starts_afresh=status == HTTPStatus.BAD_REQUEST and _starts_afresh(),
    )
    return make_response(page, status)


def _starts_afresh() -> bool:
    """Tell whether the page without its parameters may be what the visitor wanted."""
    return request.endpoint in _DRAWS and not _PARAMETERS.isdisjoint(request.args)


def _wants_json() -> bool:
    return f"{request.path}/".startswith("/api/")


def _problem(status: int, sentence: str, **members: str) -> Response:
    """Tell a program what went wrong. The type about:blank means that the status says it all."""
    title = HTTP_STATUS_CODES.get(status, _OTHER_TITLE)
    body = msgspec.json.encode(problem(status, title, sentence, **members))
    return Response(body, status=status, mimetype=MIMETYPE)
