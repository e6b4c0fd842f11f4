"""Builds the Flask application."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import BadHost, MethodNotAllowed, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from marketplace.api.views import build_api
from marketplace.branding.shop import Shop, style_of
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.config import Settings
from marketplace.pages import presentation, rendering
from marketplace.pages.crawlers import crawlers
from marketplace.pages.pictures import origins_of
from marketplace.pages.views import pages
from marketplace.telemetry.middleware import RequestIdMiddleware, RequestLog
from marketplace.telemetry.page_metrics import PageMetrics
from marketplace.web import admission, canonical_urls, compression, error_handlers, request_context, static_files, urls
from marketplace.web.admission import AdmissionControl
from marketplace.web.author_converter import AuthorConverter
from marketplace.web.health_checks import health
from marketplace.web.lenient_request import LenientRequest
from marketplace.web.url_prefix import PrefixMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from marketplace.telemetry.tracing import Tracing

_METHODS = ("GET", "HEAD")
_MAX_BODY_BYTES = 16 * 1024

# No inline scripts or styles, no frames, and nothing from other hosts except covers from the configured ones.
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src {}; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(
    settings: Settings,
    recommendations_client: RecommendationsClient,
    log: RequestLog | None = None,
    metrics: PageMetrics | None = None,
    tracing: "Tracing | None" = None,
) -> Flask:
    """Build the shop in front of a recommendations service, without connecting to it."""
    shop = settings.shop
    origins = origins_of(settings.cover_hosts, shop.file.covers.isbn_template)
    app = Flask(__name__, static_folder=None, template_folder="pages/templates")
    app.request_class = LenientRequest
    app.url_map.converters["author"] = AuthorConverter
    app.config.update(MAX_CONTENT_LENGTH=_MAX_BODY_BYTES)
    app.extensions["shop"] = shop
    app.before_request(admission.report_overload)
    app.before_request(partial(reject_hosts, settings.trusted_hosts))
    app.before_request(reject_other_methods)
    canonical_urls.register(app)
    request_context.register(app, recommendations_client)
    urls.register(app, settings.public_url)
    compression.register(app)
    app.extensions["image_sources"] = ("'self'", *origins)
    policy = _CONTENT_SECURITY_POLICY.format(" ".join(app.extensions["image_sources"]))
    app.after_request(partial(add_headers, policy, _hsts(settings.public_url)))
    static_files.register(app, Path(app.root_path) / "pages" / "static", images_of(shop), style_of(shop.file.colours))
    for blueprint in (pages, crawlers, build_api(shop), health):
        app.register_blueprint(blueprint)
    error_handlers.register(app)
    presentation.register(app, shop, origins)
    if metrics:
        rendering.measure(app, metrics)
    admitted = AdmissionControl(app.wsgi_app, settings.threads)
    if metrics:
        admitted.register(metrics)
    app.wsgi_app = _behind_proxies(settings, RequestIdMiddleware(admitted, log, tracing))  # type: ignore[method-assign,assignment]
    return app


def _behind_proxies(settings: Settings, wrapped: "WSGIApplication") -> "WSGIApplication":
    """Wrap the application. ProxyFix is outermost, so that the log has the client's own address."""
    if settings.url_prefix:
        wrapped = PrefixMiddleware(wrapped, settings.url_prefix)
    if count := settings.trusted_proxies:
        wrapped = ProxyFix(wrapped, x_for=count, x_proto=count, x_host=count, x_prefix=0)
    return wrapped


def images_of(shop: Shop) -> dict[str, bytes]:
    """Return the owner's images by their names below /static/."""
    return {image.name: image.content for image in (shop.logo, shop.preview) if image}


def _hsts(public_url: str) -> dict[str, str]:
    is_https = public_url.startswith("https://")
    return {"Strict-Transport-Security": "max-age=31536000"} if is_https else {}


def reject_hosts(trusted: tuple[str, ...]) -> None:
    """Reject requests with an invalid Host header, and with an untrusted one unless they are health checks.

    Flask's TRUSTED_HOSTS cannot exempt health checks. Without a valid host, not even an error page can be rendered.

    Raises:
        BadHost: If the host is invalid.
        SecurityError: If Werkzeug rejects the host, or if trusted hosts are configured and it is not among them.
    """
    if isinstance(request.routing_exception, BadHost | SecurityError):
        raise request.routing_exception
    if trusted and request.blueprint != health.name and not host_is_trusted(request.host, trusted):
        raise SecurityError


def reject_other_methods() -> None:
    """Reject methods other than GET and HEAD, because the shop is read-only.

    Raises:
        MethodNotAllowed: For any other method.
    """
    if request.method not in _METHODS:
        raise MethodNotAllowed(valid_methods=_METHODS)


def add_headers(policy: str, hsts: Mapping[str, str], response: Response) -> Response:
    """Add security and cache headers.

    Browsers may store pages for the Back button, but reloading draws other books. Errors are never stored.
    """
    own = {name for name, _ in response.headers}
    usual = {"Content-Security-Policy": policy, **_HEADERS, **hsts}
    response.headers.extend((name, value) for name, value in usual.items() if name not in own)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
