"""Builds the Flask application from its parts."""

from functools import partial
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed, SecurityError
from werkzeug.sansio.utils import host_is_trusted

from marketplace.api.views import api
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.config import Settings
from marketplace.pages import presentation
from marketplace.pages.cover_image import cover_image
from marketplace.pages.crawlers import crawlers
from marketplace.pages.pictures import origins_of
from marketplace.pages.views import pages
from marketplace.telemetry.request_log import RequestIdMiddleware, RequestLog
from marketplace.web import compression, error_handlers, request_context, static_files, urls
from marketplace.web.health_checks import health

_METHODS = ("GET", "HEAD")
_LARGEST_BODY = 16 * 1024

# No inline script or style, no frame, nothing from another host but pictures from those that the settings name.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src {}; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(
    settings: Settings, recommendations_client: RecommendationsClient, log: RequestLog | None = None
) -> Flask:
    """Build the shop in front of a recommendations service. Nothing is called, nothing is connected."""
    origins = origins_of(settings.cover_hosts)
    app = Flask(__name__, static_folder=None, template_folder="pages/templates")
    app.config.update(MAX_CONTENT_LENGTH=_LARGEST_BODY)
    app.before_request(partial(refuse_other_hosts, settings.trusted_hosts))
    app.before_request(refuse_other_methods)
    request_context.prepare(app, recommendations_client)
    urls.register(app, settings.public_url)
    compression.register(app)
    app.after_request(partial(add_headers, _POLICY.format(" ".join(["'self'", *origins]))))
    static_files.register(app, Path(app.root_path) / "pages" / "static")
    app.register_blueprint(pages)
    app.register_blueprint(cover_image)
    app.register_blueprint(crawlers)
    app.register_blueprint(api)
    app.register_blueprint(health)
    error_handlers.register(app)
    presentation.register(app, origins)
    app.wsgi_app = RequestIdMiddleware(app.wsgi_app, log)  # type: ignore[method-assign]
    return app


def refuse_other_hosts(trusted: tuple[str, ...]) -> None:
    """Refuse requests whose Host header is not trusted, unless they ask for health: who probes comes by address.

    Flask's own TRUSTED_HOSTS would refuse those too.

    Raises:
        SecurityError: If the host is not one of the trusted ones, and there are some.
    """
    if trusted and request.blueprint != health.name and not host_is_trusted(request.host, trusted):
        raise SecurityError


def refuse_other_methods() -> None:
    """Refuse whatever is not a GET or a HEAD: there is nothing here to change.

    Raises:
        MethodNotAllowed: Unless the method is one of the two.
    """
    if request.method not in _METHODS:
        raise MethodNotAllowed(valid_methods=_METHODS)


def add_headers(policy: str, response: Response) -> Response:
    """Add what each answer says about how it may be used and kept.

    A page may be kept, but must be asked for again before it is shown as new: Back shows the books that were
    there, a reload draws others. What went wrong is never kept.
    """
    own = {name for name, _ in response.headers}
    usual = {"Content-Security-Policy": policy, **_HEADERS}
    response.headers.extend((name, value) for name, value in usual.items() if name not in own)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
