"""How facts are written and books are dressed on a page: the templates' filters."""

from collections.abc import Iterator, Sequence

from flask import Flask

from marketplace.catalogue import BookRecommendation
from marketplace.covers import cover_of, covers_of

_FIRST_PLAIN_YEAR = 1_000


def register(app: Flask) -> None:
    """Give the application's templates these filters."""
    app.jinja_env.filters["year"] = year_in_words
    app.jinja_env.filters["dressed"] = dressed
    app.jinja_env.filters["cover_classes"] = cover_classes


def year_in_words(year: int) -> str:
    """Write a year as readers do: 1984, AD 180, 800 BC."""
    if year < 0:
        return f"{-year} BC"
    return str(year) if year >= _FIRST_PLAIN_YEAR else f"AD {year}"


def cover_classes(book: BookRecommendation) -> str:
    """Return the classes of the book's drawn cover where it stands alone, the same at every visit."""
    return cover_of(book.id).classes


def dressed(books: Sequence[BookRecommendation], columns: int = 1) -> Iterator[tuple[BookRecommendation, str]]:
    """Return each book of a shelf with the classes of its drawn cover; neighbours do not look alike."""
    worn = covers_of((book.id for book in books), columns)
    return ((book, cover.classes) for book, cover in zip(books, worn, strict=True))
