"""The shop's pages: each fetches what it shows, and renders it."""

from flask import Blueprint, render_template, request

from marketplace import query
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
    return render_template("category.html", category=page.category, page=page, wanted=wanted)


@pages.get("/books/<book_id>")
def book(book_id: str) -> str:
    """Show all that is known of one book."""
    return render_template("book.html", book=recommender().get_book(query.book_wanted(book_id), budget()))
