"""What crawlers and browsers fetch besides the pages: robots.txt, the sitemap, the icon, the manifest."""

from collections.abc import Iterator
from itertools import islice

import msgspec
from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as BareResponse

from marketplace.branding.shop import LIGHT_PAGE
from marketplace.domain import CategoriesPage, CategoriesQuery
from marketplace.web.request_context import deadline, recommendations_client, shop
from marketplace.web.urls import public_origin

crawlers = Blueprint("crawlers", __name__)

# Every draw has new page tokens, so a crawler that follows them never finishes.
_ROBOTS = """\
User-agent: *
Disallow: {root}api/
Disallow: {root}embed/
Disallow: {root}surprise
Disallow: {root}*?*page_token=

Sitemap: {origin}{sitemap}
"""

# https://www.sitemaps.org/protocol.html
_MAX_PARTS = 50_000
_CATEGORIES_OF_A_PART = 1_000
_FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


@crawlers.get("/robots.txt")
def robots() -> Response:
    """List the paths that crawlers must skip, and the sitemap."""
    text = _ROBOTS.format(origin=public_origin(), root=url_for("pages.home"), sitemap=url_for("crawlers.sitemap"))
    return Response(text, mimetype="text/plain", headers=_FOR_AN_HOUR)


@crawlers.get("/favicon.ico")
def favicon() -> BareResponse:
    """Redirect to the icon: some programs request this path without reading a page."""
    response = redirect(url_for("static", filename="icon.svg"))
    response.headers.update(_FOR_AN_HOUR)
    return response


@crawlers.get("/manifest.webmanifest")
def manifest() -> Response:
    """Describe the shop to browsers that can install it."""
    logo = shop().logo
    icon = url_for("static", filename=logo.name if logo else "icon.svg")
    description = {
        "name": shop().file.name,
        "short_name": shop().file.name[:30],
        "start_url": url_for("pages.home"),
        "display": "minimal-ui",
        "background_color": LIGHT_PAGE,
        "theme_color": shop().file.colours.light or "#96322c",
        "icons": [{"src": icon, "sizes": "any"}],
    }
    return Response(msgspec.json.encode(description), mimetype="application/manifest+json", headers=_FOR_AN_HOUR)


@crawlers.get("/sitemap.xml")
def sitemap() -> Response:
    """List the parts of the sitemap."""
    return _xml(render_template("sitemap.xml", parts=sum(1 for _ in _pages())))


@crawlers.get(f"/sitemap-<int(max={_MAX_PARTS}):number>.xml")
def sitemap_part(number: int) -> Response:
    """List a thousand categories; the first part also lists the home page and the list of categories.

    Crawlers reach books from there. The recommendations service cannot list books: it draws them or returns one by id.
    """
    page = next(islice(_pages(), number - 1, None), None) if number else None
    if page is None:
        abort(404)
    return _xml(render_template("sitemap_part.xml", categories=page.categories, is_first=number == 1))


def _pages() -> Iterator[CategoriesPage]:
    """Yield all categories page by page, within the request's deadline."""
    wanted = CategoriesQuery(_CATEGORIES_OF_A_PART)
    for _ in range(_MAX_PARTS):
        page = recommendations_client().list_categories(wanted, deadline())
        yield page
        if not page.next_page_token:
            return
        wanted = CategoriesQuery(_CATEGORIES_OF_A_PART, page.next_page_token)


def _xml(text: str) -> Response:
    return Response(text, mimetype="application/xml", headers=_FOR_AN_HOUR)
