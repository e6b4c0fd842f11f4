"""A book's drawn cover as one image, for previews on other pages (Open Graph). The shop's own pages draw it by CSS."""

import hashlib

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BareResponse

from marketplace.domain import BookRecommendation
from marketplace.pages.covers import PALETTES, cover_of
from marketplace.pages.shapes import HEIGHT, WIDTH, shapes_of
from marketplace.pages.typesetting import printable, set_text
from marketplace.web import query_parameters
from marketplace.web.request_context import deadline, recommendations_client

cover_image = Blueprint("cover_image", __name__)

_MIMETYPE = "image/svg+xml"
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    # Previews are shown on others' pages.
    "Cross-Origin-Resource-Policy": "cross-origin",
}

# Sizes of letters in pixels, and how many lines of each there is room for.
_TITLE_SIZES = {68: 4, 56: 5, 46: 7, 38: 9}
_AUTHOR_SIZES = {40: 1, 32: 2}
_TEXT_WIDTH = 396


@cover_image.get("/books/<book_id>/cover-<version>.svg")
def show(book_id: str, version: str) -> BareResponse:
    """Show the book's cover; an image of how it looked before leads to the one of today."""
    book = recommendations_client().get_book(query_parameters.book_query(book_id), deadline())
    drawing = draw(book)
    if version != version_of(drawing):
        return redirect(address_of(book))
    return Response(drawing, mimetype=_MIMETYPE, headers=_HEADERS)


@cover_image.app_template_global("cover_image_address")
def address_of(book: BookRecommendation) -> str:
    """Return where the image is: an address that is another one when the image is."""
    return url_for("cover_image.show", book_id=book.id, version=version_of(draw(book)))


def draw(book: BookRecommendation) -> str:
    """Draw the cover with the title and the first author, in the book's palette and pattern, as SVG."""
    cover = cover_of(book.id)
    return render_template(
        "cover.svg",
        words=printable(" · ".join([book.title, *book.authors[:1]])),
        title=set_text(book.title, _TEXT_WIDTH, _TITLE_SIZES),
        author=set_text(book.authors[0] if book.authors else "", _TEXT_WIDTH, _AUTHOR_SIZES),
        palette=PALETTES[cover.palette],
        pattern=cover.pattern,
        shapes=shapes_of(cover.pattern),
        width=WIDTH,
        height=HEIGHT,
        text_width=_TEXT_WIDTH,
    )


def version_of(drawing: str) -> str:
    """Return what stands for this drawing in its address."""
    return hashlib.sha256(drawing.encode()).hexdigest()[:12]
