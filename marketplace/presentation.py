"""How facts are written and books are dressed on a page: the templates' filters."""

from flask import Flask

from marketplace.catalogue import BookRecommendation

_PALETTES = 12
_PATTERNS = 6
_FIRST_PLAIN_YEAR = 1_000


def register(app: Flask) -> None:
    """Give the application's templates these filters."""
    app.jinja_env.filters["year"] = year_in_words
    app.jinja_env.filters["cover_classes"] = cover_classes


def year_in_words(year: int) -> str:
    """Write a year as readers do: 1984, AD 180, 800 BC."""
    if year < 0:
        return f"{-year} BC"
    return str(year) if year >= _FIRST_PLAIN_YEAR else f"AD {year}"


def cover_classes(book: BookRecommendation) -> str:
    """Return the classes of the book's drawn cover, the same at every visit."""
    return f"palette-{book.id % _PALETTES} pattern-{book.id // _PALETTES % _PATTERNS}"
