"""Compares our catalogue with goodbooks-10k: `python -m seed.data.verify PATH` with the path of its `books.csv`.

Only years are compared, and nothing is taken over. Goodbooks often gives the year of an
edition or of a translation, so a difference is a reason to look, and no proof of an error.
"""

import csv
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

OURS = Path(__file__).with_name("books.csv")

_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_SUBTITLE = re.compile(r"(?<=\w):\s.*")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"['\u2018\u2019]")
_YEAR = "original_publication_year"
_ARTICLES = {"a", "an", "the"}
_HEADINGS = {
    "agree": "year agrees",
    "near": "year differs by one",
    "far": "year differs by more",
    "unknown": "no year in theirs",
    "strange": "same title but no shared author (not among those in both)",
}


class Book(NamedTuple):
    """A book as either file tells of it."""

    titles: Sequence[str]
    authors: Sequence[str]
    year: int | None


class Finding(NamedTuple):
    """How one of our books compares, as a key of `_HEADINGS`, and the book of theirs it was compared with."""

    kind: str
    ours: Book
    theirs: Book


def words(text: str) -> list[str]:
    """Return the text's words without case, accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text.replace("&", " and ")))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _WORD.findall(plain.casefold())


def folded_title(title: str) -> str:
    """Return what two forms of one title share.

    A series in brackets, a subtitle after a colon and a leading article do not count.
    """
    found = words(_SUBTITLE.sub("", _BRACKETS.sub("", title)))
    return " ".join(found[1:] if len(found) > 1 and found[0] in _ARTICLES else found)


def share_author(ours: Book, theirs: Book) -> bool:
    """Tell whether a surname in either book is part of an author's name in the other.

    Part of it, as one file says `Liu Cixin` and the other `Cixin Liu`.
    """
    return _has_surname(ours, theirs) or _has_surname(theirs, ours)


def read_ours(path: Path) -> list[Book]:
    """Read our own catalogue."""
    return [Book((row["title"],), row["authors"].split("; "), int(row["year"])) for row in _rows(path)]


def read_theirs(path: Path) -> list[Book]:
    """Read the books.csv of goodbooks-10k."""
    return [
        Book((row["title"], row["original_title"]), row["authors"].split(", "), _whole(row[_YEAR]))
        for row in _rows(path)
    ]


def compare(ours: Iterable[Book], theirs: Iterable[Book]) -> Iterator[Finding]:
    """Yield a finding for each of our books whose title is among theirs."""
    by_title = _by_title(theirs)
    for book in ours:
        namesakes = by_title[folded_title(book.titles[0])]
        same = [other for other in namesakes if share_author(book, other)]
        if same:
            closest = min(same, key=lambda other: _distance(book, other))
            yield Finding(_kind(_distance(book, closest)), book, closest)
        elif namesakes:
            yield Finding("strange", book, namesakes[0])


def report(findings: Iterable[Finding], total: int) -> Iterator[str]:
    """Yield the lines that tell what was found about our `total` books."""
    by_kind: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_kind[finding.kind].append(finding)
    in_both = sum(len(found) for kind, found in by_kind.items() if kind != "strange")
    yield f"{total} books, {in_both} of them in both"
    for kind, heading in _HEADINGS.items():
        yield f"{heading}: {len(by_kind[kind])}"
        if kind != "agree":
            yield from map(_line, by_kind[kind])


def main(arguments: Sequence[str]) -> int:
    """Print the comparison with the file named by the only argument; return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m seed.data.verify PATH, the path of the books.csv of goodbooks-10k.\n")
        return 2
    path = Path(arguments[0])
    try:
        ours, theirs = read_ours(OURS), read_theirs(path)
    except (OSError, ValueError, csv.Error, KeyError) as problem:
        reason = f"it has no column {problem}" if isinstance(problem, KeyError) else problem
        sys.stderr.write(f"{path} cannot be read as the books.csv of goodbooks-10k: {reason}.\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in report(compare(ours, theirs), len(ours)))
    return 0


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, restval="")


def _whole(year: str) -> int | None:
    return int(float(year)) if year else None


def _by_title(books: Iterable[Book]) -> defaultdict[str, list[Book]]:
    found: defaultdict[str, list[Book]] = defaultdict(list)
    for book in books:
        for title in {folded_title(title) for title in book.titles if title}:
            found[title].append(book)
    return found


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


def _line(finding: Finding) -> str:
    return f"  {_shown(finding.ours)} | {_shown(finding.theirs)}"


def _shown(book: Book) -> str:
    return f"{book.titles[0]}, {'; '.join(book.authors)}, {book.year}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
