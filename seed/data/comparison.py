"""Compares two lists of books by title and author; only their years are compared."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_SUBTITLE = re.compile(r"(?<=\w):\s.*")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"['\u2018\u2019]")
_ARTICLES = {"a", "an", "the"}

KINDS = {
    "agree": "year agrees",
    "near": "year differs by one",
    "far": "year differs by more",
    "unknown": "no year in theirs",
    "other": "same title but no shared author (not among those in both)",
}
"""How a book can compare, and the heading of that part of the report."""


class Book(NamedTuple):
    """A book as either list describes it."""

    titles: Sequence[str]
    authors: Sequence[str]
    year: int | None


class Comparison(NamedTuple):
    """How one of our books compares, as a key of `KINDS`, and the book of theirs."""

    kind: str
    ours: Book
    theirs: Book


def words(text: str) -> list[str]:
    """Return the text's words without case, accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text.replace("&", " and ")))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _WORD.findall(plain.casefold())


def folded_title(title: str) -> str:
    """Return the title without a series in brackets, a subtitle or a leading article."""
    title_words = words(_SUBTITLE.sub("", _BRACKETS.sub("", title)))
    has_article = len(title_words) > 1 and title_words[0] in _ARTICLES
    return " ".join(title_words[1:] if has_article else title_words)


def share_author(ours: Book, theirs: Book) -> bool:
    """Return whether a surname in either book is a word of an author's name in the other.

    Any word counts, because one list has `Liu Cixin` and the other `Cixin Liu`.
    """
    return _has_surname(ours, theirs) or _has_surname(theirs, ours)


def compare(ours: Iterable[Book], theirs: Iterable[Book]) -> Iterator[Comparison]:
    """Yield a comparison for each of our books whose title is among theirs."""
    by_title = _by_title(theirs)
    for book in ours:
        same_title = by_title[folded_title(book.titles[0])]
        same_author = [other for other in same_title if share_author(book, other)]
        if same_author:
            closest = min(same_author, key=lambda other: _distance(book, other))
            yield Comparison(_kind(_distance(book, closest)), book, closest)
        elif same_title:
            yield Comparison("other", book, same_title[0])


def _by_title(books: Iterable[Book]) -> defaultdict[str, list[Book]]:
    by_title: defaultdict[str, list[Book]] = defaultdict(list)
    for book in books:
        for title in {folded_title(title) for title in book.titles if title}:
            by_title[title].append(book)
    return by_title


def _has_surname(book: Book, other: Book) -> bool:
    names = {word for author in other.authors for word in words(author)}
    return any(words(author)[-1] in names for author in book.authors if words(author))


def _distance(ours: Book, theirs: Book) -> float:
    if ours.year is None or theirs.year is None:
        return float("inf")
    return abs(ours.year - theirs.year)


def _kind(distance: float) -> str:
    if distance == float("inf"):
        return "unknown"
    return {0: "agree", 1: "near"}.get(int(distance), "far")
