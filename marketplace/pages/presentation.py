"""How facts are written and books are dressed on a page: the templates' filters."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Flask
from markupsafe import Markup, escape

from marketplace.domain import BookRecommendation, Category
from marketplace.pages.covers import covers_of
from marketplace.pages.languages import language_in_words
from marketplace.pages.pictures import picture_from

_FIRST_PLAIN_YEAR = 1_000
_MOST_AUTHORS = 3


class Card(NamedTuple):
    """What a shelf shows of a book, as text, several authors as markup; empty where there is nothing to show."""

    id: int
    title: str
    author: str
    authors: str
    year: str
    classes: str
    picture: str
    language: str | None


def register(app: Flask, picture_origins: tuple[str, ...]) -> None:
    """Give the application's templates these filters; pictures are shown from these origins alone."""
    filters: dict[str, Callable[..., Any]] = {
        "by_initial": by_initial,
        "cards": partial(cards, picture_origins=picture_origins),
        "language": language_in_words,
        "query": query,
        "side_by_side": side_by_side,
        "year": year_in_words,
    }
    app.jinja_env.filters.update(filters)


def cards(
    books: Sequence[BookRecommendation], columns: int = 1, *, picture_origins: tuple[str, ...] = ()
) -> Iterator[Card]:
    """Write down what a shelf shows of each of its books; among `columns` neighbours no covers look alike."""
    covers = covers_of((book.id for book in books), columns)
    for book, cover in zip(books, covers, strict=True):
        authors = book.authors
        yield Card(
            id=book.id,
            title=book.title,
            author=authors[0] if authors else "",
            authors=authors_in_words(authors),
            year="" if book.year is None else year_in_words(book.year),
            classes=cover.classes,
            picture=picture_from(book.cover_url, picture_origins),
            language=book.language,
        )


def year_in_words(year: int) -> str:
    """Write a year as readers do: 1984, AD 180, 800 BC."""
    if year < 0:
        return f"{-year} BC"
    return str(year) if year >= _FIRST_PLAIN_YEAR else f"AD {year}"


def authors_in_words(authors: Sequence[str]) -> str:
    """Name all authors, or of more than three the first, and say how many others there are.

    Where something stands beside a name it is markup, which keeps the name's direction from all that follows it.
    """
    if len(authors) <= 1:
        return "".join(authors)
    if len(authors) > _MOST_AUTHORS:
        return Markup("<bdi>{}</bdi> and {} others").format(authors[0], len(authors) - 1)
    return side_by_side(authors)


def side_by_side(names: Iterable[str]) -> Markup:
    """Write names after each other, each in its own direction."""
    return Markup("<bdi>" + "</bdi>, <bdi>".join(map(escape, names)) + "</bdi>")  # noqa: S704  # each is escaped


def by_initial(categories: Iterable[Category]) -> list[tuple[str, list[Category]]]:
    """Part categories, which are in the order of their names, where the first letter changes."""
    parts = groupby(categories, key=lambda category: category.name[:1].upper())
    return [(initial, list(part)) for initial, part in parts]


def query(parameters: Mapping[str, Any]) -> str:
    """Write what an address asks for, ?name=value&…; a tuple's values each, and nothing of what is empty or 0."""
    asked = [(name, value if isinstance(value, tuple) else (value,)) for name, value in parameters.items() if value]
    # As urllib's urlencode does, at half its time: a category's page has seven of these.
    text = "&".join(f"{name}={quote(str(value))}" for name, values in asked for value in values)
    return f"?{text}" if text else ""
