"""Dumps of Open Library, https://openlibrary.org/developers/dumps: type, key, revision, date, JSON.

Works and editions name their authors by keys alone, whose names are in another dump; so
authors stay unknown, and a book is found again by its key or its ISBN only.
"""

import re
from collections.abc import Iterator
from typing import Any

from seed.readers import ReadOptions
from seed.readers.jsonlines import parsed_object, told, told_list
from seed.readers.text_file import Lines
from seed.record.book import Raw, Rejection, Skipped

_BOOKS = {"/type/work", "/type/edition"}
_OTHERS = {
    f"/type/{name}"
    for name in ("author", "delete", "language", "list", "page", "redirect", "series", "subject", "user")
}
"""What else there is in the dump of everything; other types are not named, so that the report stays short."""

_COLUMNS = 5
_YEAR = re.compile(r"\b\d{4}\b")


def read(lines: Lines, options: ReadOptions) -> Iterator[Raw | Rejection | Skipped]:
    """Yield the works or editions of a dump; authors, redirects and deleted records are skipped."""
    for line in lines:
        text = lines.take()
        if not line.strip():
            continue
        columns = text.split("\t", _COLUMNS - 1)
        if len(columns) < _COLUMNS:
            yield Rejection(lines.number, f"fewer than {_COLUMNS} columns kept apart by tabs", text)
        elif columns[0] not in _BOOKS:
            yield Skipped(lines.number, f"not a book but: {columns[0] if columns[0] in _OTHERS else 'something else'}")
        else:
            found = parsed_object(columns[4])
            if isinstance(found, str):
                yield Rejection(lines.number, found, text, columns[1])
            else:
                yield _raw(lines.number, text, columns[1], found, options)


def _raw(line: int, text: str, key: str, found: dict[str, Any], options: ReadOptions) -> Raw:
    title, subtitle = told(found, "title"), told(found, "subtitle")
    subjects = told_list(found.get("subjects"))
    date = _YEAR.search(told(found, "first_publish_date") or told(found, "publish_date"))
    return Raw(
        line=line,
        text=text,
        key=key,
        title=f"{title}: {subtitle}" if title and subtitle else title,
        authors=[name for author in _objects(found.get("authors")) if (name := told(author, "name"))],
        year=date[0] if date else "",
        isbns=[*told_list(found.get("isbn_13")), *told_list(found.get("isbn_10"))],
        language=next((told(language, "key") for language in _objects(found.get("languages"))), ""),
        description=_description(found),
        cover_url=_cover(found),
        categories=subjects or ([options.category] if options.category else []),
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _description(found: dict[str, Any]) -> str:
    """Return the description, which is a text or an object with a `value`."""
    value = found.get("description")
    return told(value, "value") if isinstance(value, dict) else told(found, "description")


def _cover(found: dict[str, Any]) -> str:
    covers = found.get("covers")
    number = covers[0] if isinstance(covers, list) and covers else None
    is_cover = isinstance(number, int) and number > 0
    return f"https://covers.openlibrary.org/b/id/{number}-M.jpg" if is_cover else ""
