"""The shop's pages: each view fetches what its page shows, and renders it."""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.api import openapi
from marketplace.branding.shop_file import Home
from marketplace.branding.words import fill
from marketplace.domain import MORE_BOOKS, Book, BookQuery, BooksPage, BooksQuery, Shelf, ShelvesPage, ShelvesQuery
from marketplace.errors import BadRequestError, InternalError, NotFoundError, UnavailableError
from marketplace.pages.initials import by_initial
from marketplace.pages.paging import read_paging
from marketplace.web import query_parameters
from marketplace.web.request_context import deadline, recommendations_client, shop

pages = Blueprint("pages", __name__)

_CATEGORIES_PER_PAGE = 1_000
_BOOKS_BESIDE = 6
_BOOKS_WITHOUT_SHELVES = 20
_FEATURED_SHELF = 2
_MAX_NAMED_CATEGORIES = 50
_EMBED_POLICY = (
    "default-src 'none'; style-src 'self'; img-src {}; base-uri 'none'; form-action 'none'; frame-ancestors {}"
)


@pages.get("/")
def home() -> str:
    """Show a shelf of freshly drawn books for each of the largest categories, or for the next ones."""
    requested = query_parameters.shelves_query(request.args)
    settings = shop().file.home
    max_shelves = requested.max_shelves or settings.shelves
    wanted = replace(
        requested,
        max_shelves=max_shelves,
        max_results=requested.max_results or settings.books,
        distinct_books=True,
        categories=_first_categories(settings, max_shelves),
        exclude_categories=settings.without,
    )
    page = recommendations_client().recommend_shelves(wanted, deadline())
    drawn = _books_without_shelves(page, wanted)
    page = replace(page, shelves=() if drawn else _more_books_last(page, settings))
    return render_template(
        "home.html",
        page=page,
        wanted=requested,
        first_token=request.args.get("first", "") if requested.page_token else page.page_token,
        drawn=drawn,
        featured=_featured_book(page) if settings.featured and not requested.page_token else None,
        featured_shelf=_FEATURED_SHELF,
    )


@pages.get("/surprise")
def surprise() -> Response:
    """Redirect to a book drawn from the whole catalogue, or to the home page if there are none."""
    page = recommendations_client().recommend_books(BooksQuery(max_results=1), deadline())
    url = url_for("pages.book", book_id=page.books[0].id) if page.books else url_for("pages.home")
    response = redirect(url, HTTPStatus.SEE_OTHER)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/categories")
def categories() -> Response:
    """List all categories by name, page by page, starting at the first or at a letter."""
    wanted = query_parameters.categories_query(request.args)
    query = replace(wanted, page_size=wanted.page_size or _CATEGORIES_PER_PAGE, with_initials=True)
    page = recommendations_client().list_categories(query, deadline())
    grouped = by_initial(page, wanted)
    response = make_response(render_template("categories.html", page=page, wanted=wanted, grouped=grouped))
    response.add_etag(weak=True)
    return response.make_conditional(request)


@pages.get("/embed/shelf")
def embedded_shelf() -> Response:
    """Show one shelf in a frame of another site: ?category=&max_results=."""
    wanted = query_parameters.books_query(request.args, category=request.args.get("category", ""))
    query = replace(wanted, max_results=wanted.max_results or _BOOKS_BESIDE)
    page = recommendations_client().recommend_books(query, deadline())
    response = make_response(render_template("embed.html", category=page.category, page=page))
    ancestors = " ".join(shop().file.embed.frame_ancestors) or "'none'"
    response.headers["Content-Security-Policy"] = _EMBED_POLICY.format(
        " ".join(current_app.extensions["image_sources"]), ancestors
    )
    return response


@pages.get("/api")
def api_reference() -> str:
    """Show the API's description, rendered from its OpenAPI document."""
    return render_template("api.html", document=openapi.build(f"{request.script_root}/"))


@pages.get("/categories/<slug>")
def category(slug: str) -> str:
    """Show a draw from one category: a fresh one, or with ?page_token= the one that the token identifies."""
    return _shelf(query_parameters.books_query(request.args, category=slug))


@pages.get("/authors/<author:name>")
def author(name: str) -> str:
    """Show a draw from the books of one author, as a category's page does."""
    heading = fill(shop().words["author"]["heading"], name=name)
    return _shelf(query_parameters.books_query(request.args, author=name), heading)


def _shelf(wanted: BooksQuery, heading: str = "") -> str:
    page = recommendations_client().recommend_books(wanted, deadline())
    return render_template(
        "shelf.html",
        category=page.category,
        page=page,
        wanted=wanted,
        paging=read_paging(request.args),
        heading=heading or page.category.name,
    )


@pages.get("/books/<book_id>")
def book(book_id: str) -> str:
    """Show everything known about one book, and other books from one of its shelves.

    Raises:
        NotFoundError: If there is no such book, or the text is not a book id.
    """
    book = recommendations_client().get_book(_book_query(book_id), deadline())
    return render_template("book.html", book=book, beside=_books_beside(book), book_url=shop().book_url(book))


def _book_query(book_id: str) -> BookQuery:
    try:
        query = query_parameters.book_query(book_id)
    except BadRequestError as error:
        raise NotFoundError(f"no book {book_id!r}") from error
    if query.id < 1:
        raise NotFoundError(f"no book {book_id!r}")
    return query


def _first_categories(settings: Home, max_shelves: int) -> tuple[str, ...]:
    """Return the categories to request first: the owner's, then MORE_BOOKS if more than one shelf is shown."""
    return settings.first if max_shelves == 1 else (*settings.first, MORE_BOOKS)[:_MAX_NAMED_CATEGORIES]


def _more_books_last(page: ShelvesPage, settings: Home) -> tuple[Shelf, ...]:
    """Return the shelves with MORE_BOOKS last, unless the owner has placed it."""
    if MORE_BOOKS in settings.first:
        return page.shelves
    return tuple(sorted(page.shelves, key=lambda shelf: shelf.category.slug == MORE_BOOKS))


def _featured_book(page: ShelvesPage) -> Book | None:
    """Return all details of the first book of one shelf, to show it large; None if it cannot be read.

    Choosing a book because it has a description would bias the draw, so it is always the first.
    """
    if len(page.shelves) <= _FEATURED_SHELF or not page.shelves[_FEATURED_SHELF].books:
        return None
    query = BookQuery(page.shelves[_FEATURED_SHELF].books[0].id)
    try:
        return recommendations_client().get_book(query, deadline())
    except (NotFoundError, UnavailableError):
        return None
    except InternalError:
        current_app.logger.exception("no featured book on %r", request.path)
        return None


def _books_without_shelves(page: ShelvesPage, wanted: ShelvesQuery) -> BooksPage | None:
    """Draw from the whole catalogue if no book is in a category."""
    if wanted.page_token or page.next_page_token or any(shelf.category.slug != MORE_BOOKS for shelf in page.shelves):
        return None
    query = BooksQuery(max_results=wanted.max_results or _BOOKS_WITHOUT_SHELVES, user_id=wanted.user_id)
    drawn = recommendations_client().recommend_books(query, deadline())
    if not drawn.books:
        current_app.logger.warning(
            "there are no books: load some with `make seed`, or in containers with `docker compose run --rm seed`"
        )
    return drawn if drawn.books else None


def _books_beside(book: Book) -> BooksPage | None:
    """Draw other books from the smallest of the book's categories that holds others; None if that fails.

    The book's page is complete without them.
    """
    categories = [category for category in book.categories if category.book_count > 1]
    if not categories:
        return None
    category = min(categories, key=lambda category: category.book_count)
    query = BooksQuery(category.slug, _BOOKS_BESIDE, exclude_book_ids=(book.id,))
    try:
        page = recommendations_client().recommend_books(query, deadline())
    except (NotFoundError, UnavailableError):
        return None
    except InternalError:
        current_app.logger.exception("no books beside %r", request.path)
        return None
    return page if page.books else None
