"""Dumps of Open Library, https://openlibrary.org/developers/dumps: type, key, revision, date, JSON.

Works and editions refer to authors by key, and the names are in another dump, so authors stay
unknown and a book is recognised only by its key or its ISBN.
"""

import re
from collections.abc import Iterator
from typing import Any

from seed.readers.jsonlines import parse_object, text_value, text_values
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import RawRecord, Rejection, Skipped

_BOOK_TYPES = {"/type/work", "/type/edition"}
_OTHER_TYPES = {
    f"/type/{name}"
    for name in ("author", "delete", "language", "list", "page", "redirect", "series", "subject", "user")
}
"""Other types of the complete dump. The report does not name unknown types, so that it stays short."""

_COLUMNS = 5
_YEAR = re.compile(r"\b\d{4}\b")


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped]:
    """Yield the works or editions of a dump; authors, redirects and deleted records are skipped."""
    for line in lines:
        text = lines.take()
        if not line.strip():
            continue
        columns = text.split("\t", _COLUMNS - 1)
        if len(columns) < _COLUMNS:
            yield Rejection(lines.number, f"fewer than {_COLUMNS} tab-separated columns", text)
        elif columns[0] not in _BOOK_TYPES:
            yield Skipped(lines.number, f"not a book: {columns[0] if columns[0] in _OTHER_TYPES else 'another type'}")
        else:
            parsed = parse_object(columns[4])
            if isinstance(parsed, str):
                yield Rejection(lines.number, parsed, text, columns[1])
            else:
                yield _to_record(lines.number, text, columns[1], parsed, options)


def _to_record(line: int, text: str, key: str, parsed: dict[str, Any], options: ReadOptions) -> RawRecord:
    title, subtitle = text_value(parsed, "title"), text_value(parsed, "subtitle")
    subjects = text_values(parsed.get("subjects"))
    date = _YEAR.search(text_value(parsed, "first_publish_date") or text_value(parsed, "publish_date"))
    return RawRecord(
        line=line,
        text=text,
        key=key,
        title=f"{title}: {subtitle}" if title and subtitle else title,
        authors=[name for author in _objects(parsed.get("authors")) if (name := text_value(author, "name"))],
        year=date[0] if date else "",
        isbns=[*text_values(parsed.get("isbn_13")), *text_values(parsed.get("isbn_10"))],
        language=next((text_value(language, "key") for language in _objects(parsed.get("languages"))), ""),
        description=_description(parsed),
        cover_url=_cover(parsed),
        categories=subjects or ([options.category] if options.category else []),
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _description(parsed: dict[str, Any]) -> str:
    """Return the description, which is a string or an object with a `value`."""
    value = parsed.get("description")
    return text_value(value, "value") if isinstance(value, dict) else text_value(parsed, "description")


def _cover(parsed: dict[str, Any]) -> str:
    covers = parsed.get("covers")
    number = covers[0] if isinstance(covers, list) and covers else None
    is_cover = isinstance(number, int) and number > 0
    return f"https://covers.openlibrary.org/b/id/{number}-M.jpg" if is_cover else ""
