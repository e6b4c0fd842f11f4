"""Builds the Flask application."""

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
from marketplace.telemetry.middleware import RequestIdMiddleware, RequestLog
from marketplace.web import compression, error_handlers, request_context, static_files, urls
from marketplace.web.health_checks import health

_METHODS = ("GET", "HEAD")
_MAX_BODY_BYTES = 16 * 1024

# No inline scripts or styles, no frames, and nothing from other hosts except covers from those in the settings.
_CONTENT_SECURITY_POLICY = (
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
    """Build the shop in front of a recommendations service, without connecting to it."""
    origins = origins_of(settings.cover_hosts)
    app = Flask(__name__, static_folder=None, template_folder="pages/templates")
    app.config.update(MAX_CONTENT_LENGTH=_MAX_BODY_BYTES)
    app.before_request(partial(reject_untrusted_hosts, settings.trusted_hosts))
    app.before_request(reject_other_methods)
    request_context.register(app, recommendations_client)
    urls.register(app, settings.public_url)
    compression.register(app)
    app.after_request(partial(add_headers, _CONTENT_SECURITY_POLICY.format(" ".join(["'self'", *origins]))))
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


def reject_untrusted_hosts(trusted: tuple[str, ...]) -> None:
    """Reject requests with an untrusted Host header, except health checks, which use IP addresses.

    Flask's TRUSTED_HOSTS has no such exception.

    Raises:
        SecurityError: If trusted hosts are configured and the host is not among them.
    """
    if trusted and request.blueprint != health.name and not host_is_trusted(request.host, trusted):
        raise SecurityError


def reject_other_methods() -> None:
    """Reject methods other than GET and HEAD, because the shop is read-only.

    Raises:
        MethodNotAllowed: If the method is another one.
    """
    if request.method not in _METHODS:
        raise MethodNotAllowed(valid_methods=_METHODS)


def add_headers(policy: str, response: Response) -> Response:
    """Add security and cache headers.

    Browsers keep pages for the Back button, and reloading draws other books. Errors are never stored.
    """
    present = {name for name, _ in response.headers}
    defaults = {"Content-Security-Policy": policy, **_HEADERS}
    response.headers.extend((name, value) for name, value in defaults.items() if name not in present)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
