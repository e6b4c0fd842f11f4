"""The shop's pages: each fetches what it shows, and renders it."""

from flask import Blueprint, render_template, request

from marketplace import query
from marketplace.catalogue import BooksPage, BookWanted, Category
from marketplace.errors import NotFoundError, UnavailableError
from marketplace.visit import budget, recommender

pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> str:
    """Show a shelf of freshly drawn books for each of the largest categories, or for those that follow."""
    wanted = query.shelves_wanted(request.args)
    page = recommender().recommend_shelves(wanted, budget())
    return render_template("home.html", page=page, wanted=wanted)


@pages.get("/categories")
def categories() -> str:
    """List all categories by name, page by page."""
    page = recommender().list_categories(query.categories_wanted(request.args), budget())
    return render_template("categories.html", page=page)


@pages.get("/categories/<slug>")
def category(slug: str) -> str:
    """Show a draw from one category: a fresh one, or with ?page_token= the one that the token stands for."""
    wanted = query.books_wanted(request.args, slug)
    page = recommender().recommend_books(wanted, budget())
    return render_template("category.html", category=_category_of(page, slug), page=page, wanted=wanted)


@pages.get("/books/<book_id>")
def book(book_id: str) -> str:
    """Show all that is known of one book."""
    return render_template("book.html", book=recommender().get_book(query.book_wanted(book_id), budget()))


def _category_of(page: BooksPage, slug: str) -> Category:
    """Return the category that the page was drawn from.

    A draw tells no category's name, but each of its books does. Where there is none to ask, the slug's words
    stand for the name, and the count of books is 0.
    """
    try:
        book = recommender().get_book(BookWanted(page.books[0].id), budget())
        return next(category for category in book.categories if category.slug == slug)
    except (IndexError, NotFoundError, StopIteration, UnavailableError):
        return Category(slug, slug.replace("-", " ").capitalize(), 0)
