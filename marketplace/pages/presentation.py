"""Template filters: formatting of books, years, names and numbers."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple, cast
from urllib.parse import quote

import msgspec
from flask import Flask, request
from markupsafe import Markup, escape

from marketplace.branding.shop import Shop
from marketplace.branding.words import Words, fill
from marketplace.domain import Book, BookRecommendation
from marketplace.pages.covers import cover_of
from marketplace.pages.pictures import picture_by_isbn, picture_from

_FIRST_PLAIN_YEAR = 1_000
_MAX_AUTHORS = 3
_MAX_CARDS = 20_000  # about a kilobyte each
_MAX_ROOTS = 16
_MAX_FRAGMENTS = 4_096  # a few hundred bytes each
_LATIN_SCRIPT = "latn"
_CODE_SPAN = re.compile("`([^`]*)`")


class Card(NamedTuple):
    """A book as a shelf shows it. A text is empty if there is nothing to show."""

    id: int
    title: str
    author: str
    authors: str
    year: str
    classes: str
    picture: str
    language: str | None


class Presentation:
    """Formats values in the shop's language."""

    def __init__(self, shop: Shop, picture_origins: tuple[str, ...]) -> None:
        self._words: Words = shop.words
        self._isbn_template = shop.file.covers.isbn_template
        self._picture_origins = picture_origins

    def card(self, book: BookRecommendation) -> Card:
        """Return a book as a shelf shows it."""
        return Card(
            id=book.id,
            title=book.title,
            author=book.authors[0] if book.authors else "",
            authors=self.authors(book.authors),
            year="" if book.year is None else self.year(book.year),
            classes=cover_of(book.id).classes,
            picture=self.picture(book),
            language=book.language,
        )

    def picture(self, book: BookRecommendation) -> str:
        """Return the URL of the book's picture: the catalogue's, else that of its ISBN; empty if none may be shown."""
        own = picture_from(book.cover_url, self._picture_origins)
        return own or picture_by_isbn(book.isbn, self._isbn_template)

    def year(self, year: int) -> str:
        """Write a year: 1984, AD 180, 800 BC."""
        if year < 0:
            return fill(self._words["book"]["bc"], year=-year)
        return str(year) if year >= _FIRST_PLAIN_YEAR else fill(self._words["book"]["ad"], year=year)

    def authors(self, authors: Sequence[str]) -> str:
        """Name up to three authors, or the first and how many others there are.

        Several names become markup that isolates each one, so that its text direction cannot affect what follows.
        """
        if len(authors) <= 1:
            return "".join(authors)
        if len(authors) > _MAX_AUTHORS:
            return fill(self._words["book"]["others"], name=isolate(authors[0]), count=len(authors) - 1)
        return side_by_side(authors)

    def language(self, tag: str) -> str:
        """Name the language of a BCP 47 tag: English, Portuguese (pt-BR), Japanese in Latin letters; or the tag."""
        languages = self._words["languages"]
        code, _, rest = tag.partition("-")
        name = languages.get(code.lower()) if code.lower() not in {"latin", "variant"} else None
        if not name:
            return tag
        if rest.lower() == _LATIN_SCRIPT:
            return fill(languages["latin"], name=name)
        return fill(languages["variant"], name=name, tag=tag) if rest else name

    def number(self, number: int) -> str:
        """Format a number with thousands separators."""
        return f"{number:,}".replace(",", self._words["page"]["thousands"])


def json_ld(book: Book, picture: str) -> Markup:
    """Describe a book for search engines, as schema.org's Book. Escapes the characters that HTML reads as markup."""
    facts = {
        "@context": "https://schema.org",
        "@type": "Book",
        "name": book.title,
        "author": [{"@type": "Person", "name": author} for author in book.authors],
        "isbn": book.isbn,
        "inLanguage": book.language,
        "description": book.description,
        "image": picture or None,
    }
    text = msgspec.json.encode({name: value for name, value in facts.items() if value}).decode()
    return Markup(text.translate({ord(character): f"\\u{ord(character):04x}" for character in "<>&"}))  # noqa: S704


def register(app: Flask, shop: Shop, picture_origins: tuple[str, ...]) -> None:
    """Give the application's templates the shop, its words, and these filters."""
    presentation = Presentation(shop, picture_origins)
    filters: dict[str, Callable[..., Any]] = {
        "card": presentation.card,
        "code_spans": code_spans,
        "direction": direction_of,
        "fill": fill,
        "isolate": isolate,
        "json_ld": json_ld,
        "language": presentation.language,
        "number": presentation.number,
        "picture": presentation.picture,
        "query": query,
        "year": presentation.year,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(shop=shop.file, logo=shop.logo, words=shop.words, preview=shop.preview)
    app.jinja_env.globals.update(cards=_cached_cards(app), fragment=_cached_fragments(app))


def _cached_cards(app: Flask) -> Callable[[Iterable[BookRecommendation]], Markup]:
    """Return a function that renders books as cards. A card depends only on its book and the URL prefix."""

    @lru_cache(_MAX_ROOTS)
    def macro_for(root: str) -> Callable[..., str]:
        return _macro(app, "card.html", "card", root=root)

    @lru_cache(_MAX_CARDS)
    def card_of(book: BookRecommendation, root: str) -> str:
        return macro_for(root)(book)

    def cards_of(books: Iterable[BookRecommendation]) -> Markup:
        root = f"{request.script_root}/"
        return Markup("".join([card_of(book, root) for book in books]))  # noqa: S704  # each is escaped

    return cards_of


def _cached_fragments(app: Flask) -> Callable[..., Markup]:
    """Return a function that renders a macro of fragments.html. The text depends only on the macro's arguments."""
    macro_for = cache(partial(_macro, app, "fragments.html"))

    @lru_cache(_MAX_FRAGMENTS)
    def fragment(name: str, *arguments: Any) -> Markup:
        return Markup(macro_for(name)(*arguments))  # noqa: S704  # the template has escaped it

    return fragment


def _macro(app: Flask, template: str, name: str, **values: str) -> Callable[..., str]:
    """Return a template's macro, with these values as globals. This takes as long as rendering a card."""
    return cast("Callable[..., str]", getattr(app.jinja_env.get_template(template).make_module(values), name))


def direction_of(text: str) -> str:
    """Return a text's direction for an element that isolates its names: dir="auto" ignores isolated text."""
    strong = (unicodedata.bidirectional(character) for character in text)
    first = next((kind for kind in strong if kind in {"L", "R", "AL"}), "")
    return {"": "auto", "L": "ltr"}.get(first, "rtl")


def isolate(name: str) -> Markup:
    """Mark up a name so that its direction does not affect its neighbours."""
    return Markup(f"<bdi>{escape(name)}</bdi>")  # noqa: S704  # escaped here


def code_spans(text: str) -> Markup:
    """Mark up text between backticks as code, as Markdown does."""
    return Markup(_CODE_SPAN.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped here


def side_by_side(names: Iterable[str]) -> Markup:
    """Join names with commas, each in its own text direction."""
    return Markup("<bdi>" + "</bdi>, <bdi>".join(map(escape, names)) + "</bdi>")  # noqa: S704  # each is escaped


def query(parameters: Mapping[str, Any]) -> str:
    """Return a query string, ?name=value&…, with a pair for each value of a tuple. Empty values and 0 are left out."""
    pairs = [(name, value if isinstance(value, tuple) else (value,)) for name, value in parameters.items() if value]
    # Same result as urllib's urlencode in half the time; a category's page has seven query strings.
    text = "&".join(f"{name}={quote(str(value))}" for name, values in pairs for value in values)
    return f"?{text}" if text else ""
