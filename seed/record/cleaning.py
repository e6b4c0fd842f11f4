"""From raw records to records: validates each field, repairs what it can, and counts the repairs."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from seed.record.description import clean_description
from seed.record.fingerprint import fingerprint
from seed.record.isbn import InvalidISBNError, LostISBNError, find_asin, is_isbn_13, isbn_13
from seed.record.keys import default_key
from seed.record.language import language_tag
from seed.record.missing import MISSING
from seed.record.model import MAX_KEY_LENGTH, Column, Header, RawRecord, Record, Rejection, Skipped
from seed.record.names import MAX_AUTHORS_LENGTH, MAX_CATEGORIES, clean_categories, clean_names, limit_authors
from seed.record.roles import without_roles
from seed.record.text import clean_line
from seed.record.title import MAX_TITLE_LENGTH, clean_title, title_problem
from seed.record.url import web_url
from seed.record.year import parse_year

MIN_YEAR = -3000
_MAX_WORD_LENGTH = 100
"""Characters of a year or a language that are examined."""

_MAX_ISBN_TEXT = 1_000

_UNCLEANED_FACTOR = 4
"""A text may be longer than its limit by this factor before it is cleaned, which bounds the cleaning time."""

# Half the time of Record(…), which matters for a million rows.
_new_record = tuple.__new__


class Cleaner:
    """Turns raw records into records, and counts in `notes` what it repaired or left out."""

    def __init__(self, *, this_year: int, notes: Counter[str]) -> None:
        self.max_year = this_year + 1
        self.notes = notes
        self.columns: tuple[Column, ...] = ()
        """The columns of the file, as soon as the reader has yielded its header."""

    def clean_all(
        self, entries: Iterable[RawRecord | Rejection | Skipped | Header]
    ) -> Iterator[Record | Rejection | Skipped]:
        """Yield a reader's entries in order, with raw records cleaned or rejected; its header goes to `columns`."""
        for entry in entries:
            if isinstance(entry, RawRecord):
                yield self.clean(entry)
            elif isinstance(entry, Rejection):
                yield entry._replace(key=clean_line(entry.key[: _UNCLEANED_FACTOR * MAX_KEY_LENGTH])[:MAX_KEY_LENGTH])
            elif isinstance(entry, Header):
                self.columns = entry.columns
            else:
                yield entry

    def clean(self, raw: RawRecord) -> Record | Rejection:
        """Return the record, or a rejection if the book cannot be stored."""
        key = clean_line(raw.key[: _UNCLEANED_FACTOR * MAX_KEY_LENGTH + 1])
        title = clean_title(raw.title)
        if len(key) > MAX_KEY_LENGTH or len(raw.key) > _UNCLEANED_FACTOR * MAX_KEY_LENGTH:
            return Rejection(raw.line, f"key longer than {MAX_KEY_LENGTH} characters", raw.text)
        if not (title and title.isascii() and len(raw.title) <= MAX_TITLE_LENGTH) and (
            problem := title_problem(raw.title, title)
        ):
            return Rejection(raw.line, problem, raw.text, key)
        authors = self._authors(raw.authors)
        language = (
            self._parsed("unknown language", language_tag, raw.language[:_MAX_WORD_LENGTH]) if raw.language else None
        )
        isbn = self._isbn(raw.isbns) if raw.isbns else None
        mark = fingerprint(title, authors)
        return _new_record(
            Record,
            (
                raw.line,
                key if key and key not in MISSING else default_key(isbn, raw.isbns, mark, authors, language),
                isbn,
                title,
                authors,
                self._year(raw.year[:_MAX_WORD_LENGTH], raw.is_edition_year) if raw.year else None,
                language,
                clean_description(raw.description) if raw.description else None,
                self._parsed("cover address that is not a URL", web_url, raw.cover_url) if raw.cover_url else None,
                mark,
                self._categories(raw.categories),
                raw.is_edition_year,
                raw.present,
                raw.reading,
            ),
        )

    def _authors(self, names: Sequence[str]) -> tuple[str, ...]:
        names, others = without_roles(names)
        if others:
            self.notes["illustrator, translator or narrator, not an author"] += others
        authors = clean_names(names)
        if len(authors) <= 1 or (limited := limit_authors(authors)) == authors:
            return authors
        self.notes[f"list of authors cut after {MAX_AUTHORS_LENGTH:,} characters"] += 1
        return limited

    def _categories(self, names: Sequence[str]) -> tuple[str, ...]:
        categories = clean_categories(names)
        if len(categories) > MAX_CATEGORIES:
            self.notes[f"list of categories cut after {MAX_CATEGORIES:,}"] += 1
        return categories[:MAX_CATEGORIES]

    def _parsed(self, note: str, parse: Callable[[str], str | None], text: str) -> str | None:
        text = text.strip()
        if not text:
            return None
        value = parse(text)
        if value is None and text not in MISSING:
            self.notes[note] += 1
        return value

    def _isbn(self, candidates: Sequence[str]) -> str | None:
        for candidate in filter(None, map(str.strip, candidates)):
            if is_isbn_13(candidate):
                return candidate
            try:
                isbn, is_restored = isbn_13(candidate[:_MAX_ISBN_TEXT])
            except LostISBNError:
                self.notes["ISBN lost in scientific notation"] += 1
            except InvalidISBNError:
                if candidate not in MISSING:
                    self.notes["Amazon number instead of an ISBN" if find_asin(candidate) else "invalid ISBN"] += 1
            else:
                self.notes["ISBN with restored leading zeros"] += is_restored
                return isbn
        return None

    def _year(self, text: str, is_edition_year: bool) -> int | None:  # noqa: FBT001
        text = text.strip()
        if not text:
            return None
        if (year := parse_year(text)) and MIN_YEAR <= year <= self.max_year:
            # `Published` of a shop is 0 or 1.
            return None if is_edition_year and abs(year) == 1 else year
        if text not in MISSING:
            self.notes["invalid year"] += 1
        return None
