"""One book of a file: raw as a reader found it, refused, or cleaned and ready to be stored."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from seed.record.isbn import InvalidISBNError, LostISBNError, is_isbn_13, isbn_13
from seed.record.language import language_tag
from seed.record.text import clean_line, clean_paragraphs, folded

EARLIEST_YEAR = -3000
LONGEST_KEY = 500
LONGEST_TITLE = 2_000
LONGEST_NAME = 300
LONGEST_DESCRIPTION = 100_000
LONGEST_URL = 2_000
_LONGEST_WORD = 100
"""Characters of a year or a language that are looked at."""

_ROOM = 4
"""So many times longer a text may be before it is cleaned. More is cut off first, so that none takes for ever."""

ISBN_KEY = "isbn:"
"""How the key of a book begins whose file gives it none but an ISBN."""

FINGERPRINT_KEY = "fingerprint:"
"""How the key of a book begins whose file gives it neither."""

_YEAR = re.compile(r"(?P<sign>[-\u2212]?)(?P<year>\d{1,4})(?:\.0*|-\d\d?(?:-\d\d?)?)?(?P<bc> ?(?:BC|BCE|B\.C\.))?")

# Joiners, fillers, marks of direction and blanks that no one sees, if there is nothing else.
_VISIBLE = re.compile(
    r"[^\s\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2066-\u2069\u2800"
    r"\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
_URL = re.compile(r"https?://[^\s\"<>\\^`{|}\x00-\x1f\x7f-\x9f\ud800-\udfff]+", re.IGNORECASE)


class Raw(NamedTuple):
    """A book as it stands in a file; what the file does not tell is empty."""

    line: int
    text: str
    key: str = ""
    title: str = ""
    authors: Sequence[str] = ()
    year: str = ""
    isbns: Sequence[str] = ()
    """Candidates; the first that is an ISBN counts."""
    language: str = ""
    description: str = ""
    cover_url: str = ""
    categories: Sequence[str] = ()


class Rejection(NamedTuple):
    """What cannot be stored, and why. The key is empty where it cannot be told either."""

    line: int
    reason: str
    text: str
    key: str = ""


class Skipped(NamedTuple):
    """What a catalogue lists besides books; nothing is wrong with it."""

    line: int
    reason: str


class Record(NamedTuple):
    """A book that can be stored. Nothing in it holds a control character, a newline in the description excepted."""

    line: int
    key: str
    isbn: str | None
    title: str
    authors: tuple[str, ...]
    year: int | None
    language: str | None
    description: str | None
    cover_url: str | None
    fingerprint: str
    categories: tuple[str, ...]


# Names come back again and again; the caches' bounds keep memory flat.
_folded_name = lru_cache(maxsize=1 << 15)(folded)


@lru_cache(maxsize=1 << 15)
def _clean_name(name: str) -> str:
    # In our own CSV `;` stands between names, so a name holds none. What a cut leaves open, or a step lays bare, is
    # cleaned again.
    clean = clean_line(name)
    while (again := clean_line(clean[:LONGEST_NAME].replace(";", ",").strip(" ,"))) != clean:
        clean = again
    return clean


@lru_cache(maxsize=1 << 10)
def _year(text: str) -> int | None:
    told = _YEAR.fullmatch(text)
    return int(told["year"]) * (-1 if told["sign"] or told["bc"] else 1) if told else None


def fingerprint(title: str, authors: Iterable[str]) -> str:
    """Return 32 hexadecimal digits that titles and authors share if they differ in case, accents, signs and order."""
    parts = "\x1f".join([folded(title), *sorted(map(_folded_name, authors))])
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Cleaner:
    """Makes records of raw books, and counts in `notes` what it had to mend or leave out."""

    def __init__(self, *, this_year: int, notes: Counter[str]) -> None:
        self.latest_year = this_year + 1
        self.notes = notes

    def clean_all(self, found: Iterable[Raw | Rejection | Skipped]) -> Iterator[Record | Rejection | Skipped]:
        """Yield each of a reader's finds, in their order, the raw books cleaned or rejected."""
        for item in found:
            if isinstance(item, Raw):
                yield self.clean(item)
            else:
                yield (
                    item._replace(key=clean_line(item.key[: _ROOM * LONGEST_KEY])[:LONGEST_KEY])
                    if isinstance(item, Rejection)
                    else item
                )

    def clean(self, raw: Raw) -> Record | Rejection:
        """Return the record of a raw book, or a rejection if it cannot be stored."""
        key = clean_line(raw.key[: _ROOM * LONGEST_KEY + 1])
        title = clean_line(raw.title[: _ROOM * LONGEST_TITLE + 1])
        if len(key) > LONGEST_KEY or len(raw.key) > _ROOM * LONGEST_KEY:
            return Rejection(raw.line, f"key longer than {LONGEST_KEY} characters", raw.text)
        if len(title) > LONGEST_TITLE or len(raw.title) > _ROOM * LONGEST_TITLE:
            return Rejection(raw.line, f"title longer than {LONGEST_TITLE:,} characters", raw.text, key)
        if not title or not (title.isascii() or _VISIBLE.search(title)):
            return Rejection(raw.line, "no title", raw.text, key)
        authors = _names(raw.authors)
        isbn = self._isbn(raw.isbns) if raw.isbns else None
        mark = fingerprint(title, authors)
        # By position, as names take a third longer.
        return Record(
            raw.line,
            key or (ISBN_KEY + isbn if isbn else FINGERPRINT_KEY + mark),
            isbn,
            title,
            authors,
            self._year(raw.year[:_LONGEST_WORD]) if raw.year else None,
            self._told("language that cannot be told", language_tag, raw.language[:_LONGEST_WORD])
            if raw.language
            else None,
            _description(raw.description) if raw.description else None,
            self._told("cover address that is no web address", _web_address, raw.cover_url) if raw.cover_url else None,
            mark,
            _names(raw.categories),
        )

    def _told(self, note: str, read: Callable[[str], str | None], text: str) -> str | None:
        text = text.strip()
        if not text:
            return None
        told = read(text)
        if told is None:
            self.notes[note] += 1
        return told

    def _isbn(self, candidates: Sequence[str]) -> str | None:
        for candidate in filter(None, map(str.strip, candidates)):
            if is_isbn_13(candidate):
                return candidate
            try:
                isbn, is_restored = isbn_13(candidate)
            except LostISBNError:
                self.notes["ISBN lost in scientific notation"] += 1
            except InvalidISBNError:
                self.notes["ISBN that is none or has a wrong check digit"] += 1
            else:
                self.notes["ISBN with its leading zeros restored"] += is_restored
                return isbn
        return None

    def _year(self, text: str) -> int | None:
        text = text.strip()
        if not text:
            return None
        if (year := _year(text)) and EARLIEST_YEAR <= year <= self.latest_year:
            return year
        self.notes["year that is none or out of range"] += 1
        return None


def _names(names: Sequence[str]) -> tuple[str, ...]:
    # Cut first, so that the cache holds no monsters; cleaning shortens a name, but hardly to a quarter.
    cleaned = [_clean_name(name[: _ROOM * LONGEST_NAME]) for name in names]
    return tuple(dict.fromkeys(filter(None, cleaned)))


def _description(text: str) -> str | None:
    clean = clean_paragraphs(text[: _ROOM * LONGEST_DESCRIPTION])
    if len(clean) > LONGEST_DESCRIPTION:
        clean = clean_paragraphs(clean[:LONGEST_DESCRIPTION])
    return clean or None


def _web_address(text: str) -> str | None:
    return text if len(text) <= LONGEST_URL and _URL.fullmatch(text) else None
