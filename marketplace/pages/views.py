"""The shop's pages: each fetches what it shows, and renders it."""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain import Book, BooksPage, BooksQuery, ShelvesPage, ShelvesQuery
from marketplace.errors import InternalError, NotFoundError, UnavailableError
from marketplace.web import query_parameters
from marketplace.web.request_context import deadline, recommendations_client

pages = Blueprint("pages", __name__)

_CATEGORIES_ON_A_PAGE = 1_000
_BOOKS_BESIDE = 6
_BOOKS_INSTEAD = 20


@pages.get("/")
def home() -> str:
    """Show a shelf of freshly drawn books for each of the largest categories, or for those that follow."""
    wanted = query_parameters.shelves_query(request.args)
    page = recommendations_client().recommend_shelves(wanted, deadline())
    return render_template("home.html", page=page, wanted=wanted, drawn=_drawn_instead(page, wanted))


@pages.get("/surprise")
def surprise() -> Response:
    """Lead to a book drawn from the whole stall, another one each time; home, while there are none."""
    page = recommendations_client().recommend_books(BooksQuery(max_results=1), deadline())
    address = url_for("pages.book", book_id=page.books[0].id) if page.books else url_for("pages.home")
    response = redirect(address, HTTPStatus.SEE_OTHER)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/categories")
def categories() -> str:
    """List all categories by name, page by page."""
    wanted = query_parameters.categories_query(request.args)
    page_size = wanted.page_size or _CATEGORIES_ON_A_PAGE
    page = recommendations_client().list_categories(replace(wanted, page_size=page_size), deadline())
    return render_template("categories.html", page=page, wanted=wanted)


@pages.get("/categories/<slug>")
def category(slug: str) -> str:
    """Show a draw from one category: a fresh one, or with ?page_token= the one that the token stands for."""
    wanted = query_parameters.books_query(request.args, slug)
    page = recommendations_client().recommend_books(wanted, deadline())
    return render_template("category.html", category=page.category, page=page, wanted=wanted)


@pages.get("/books/<book_id>")
def book(book_id: str) -> str:
    """Show all that is known of one book, and a draw from the shelf where it stands."""
    found = recommendations_client().get_book(query_parameters.book_query(book_id), deadline())
    return render_template("book.html", book=found, beside=_found_beside(found))


def _drawn_instead(page: ShelvesPage, wanted: ShelvesQuery) -> BooksPage | None:
    """Draw from the whole stall if it has no shelves: its books need not stand in any category."""
    if page.shelves or wanted.page_token:
        return None
    instead = BooksQuery(max_results=wanted.max_results or _BOOKS_INSTEAD, user_id=wanted.user_id)
    drawn = recommendations_client().recommend_books(instead, deadline())
    return drawn if drawn.books else None


def _found_beside(book: Book) -> BooksPage | None:
    """Draw other books of the smallest of its categories that holds others; None if there is no such draw now.

    The book is what was asked for, so its page is shown without neighbours rather than not at all.
    """
    categories = [category for category in book.categories if category.book_count > 1]
    if not categories:
        return None
    category = min(categories, key=lambda category: category.book_count)
    wanted = BooksQuery(category.slug, _BOOKS_BESIDE, exclude_book_ids=(book.id,))
    try:
        page = recommendations_client().recommend_books(wanted, deadline())
    except (NotFoundError, UnavailableError):
        return None
    except InternalError:
        current_app.logger.exception("no books beside %r", request.path)
        return None
    return page if page.books else None
