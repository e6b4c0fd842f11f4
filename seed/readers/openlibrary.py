"""Dumps of Open Library, https://openlibrary.org/developers/dumps: type, key, revision, date, JSON.

Works and editions refer to authors by key, and the names are in the dump of authors. Without it,
only an edition's `by_statement` names its authors.
"""

import re
from collections.abc import Iterator
from typing import Any

from seed.readers.author_names import AuthorNames
from seed.readers.json_stream import Item
from seed.readers.json_values import parse_object, text_value, text_values
from seed.readers.protocol import ReadOptions
from seed.readers.reading_log import refuse_without_titles
from seed.readers.text_file import Lines
from seed.record.model import RawRecord, Rejection, Skipped

_BOOK_TYPES = {"/type/work", "/type/edition"}
_OTHER_TYPES = {
    f"/type/{name}"
    for name in ("author", "delete", "language", "list", "page", "redirect", "series", "subject", "user")
}
"""Other types of the complete dump. The report does not name unknown types, so that it stays short."""

_COLUMNS = 5
_ELISION = "'\N{RIGHT SINGLE QUOTATION MARK}"
_PRESENT = frozenset({"year", "isbn", "language", "description", "cover_url", "categories"})
_BY = re.compile(r"(?:written |text |story )?by\s+", re.IGNORECASE)
_NOT_AUTHORS = re.compile(r"\b(?:edited|translated|illustrated|foreword|introduction|preface)\b", re.IGNORECASE)


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped]:
    """Yield the works or editions of a dump; authors, redirects and deleted records are skipped."""
    names = AuthorNames.from_dump(options.authors_dump) if options.authors_dump else None
    for line in lines:
        text = lines.take()
        if not line.strip():
            continue
        columns = text.split("\t", _COLUMNS - 1)
        if columns[0].startswith("/works/"):
            refuse_without_titles(lines.name)
        if len(columns) < _COLUMNS:
            yield Rejection(lines.number, f"fewer than {_COLUMNS} tab-separated columns", text)
        elif columns[0] not in _BOOK_TYPES:
            yield Skipped(lines.number, f"not a book: {columns[0] if columns[0] in _OTHER_TYPES else 'another type'}")
        else:
            parsed = parse_object(columns[4])
            if isinstance(parsed, str):
                yield Rejection(lines.number, parsed, text, columns[1])
            else:
                yield _to_record(Item(lines.number, text, parsed, columns[1]), options, names)


def _to_record(item: Item, options: ReadOptions, names: AuthorNames | None) -> RawRecord:
    parsed = item.value
    subjects = text_values(parsed.get("subjects"))
    first_date = text_value(parsed, "first_publish_date")
    return RawRecord(
        line=item.line,
        text=item.text,
        key=item.name,
        title=_title(parsed),
        authors=_authors(parsed, names) or _from_by_statement(text_value(parsed, "by_statement")),
        year=first_date or text_value(parsed, "publish_date"),
        isbns=[*text_values(parsed.get("isbn_13")), *text_values(parsed.get("isbn_10"))],
        language=next((text_value(language, "key") for language in _objects(parsed.get("languages"))), ""),
        description=_description(parsed),
        cover_url=_cover(parsed),
        categories=subjects or ([options.category] if options.category else []),
        is_edition_year=not first_date,
        present=_PRESENT | ({"authors"} if names or "by_statement" in parsed else set()),
    )


def _title(parsed: dict[str, Any]) -> str:
    prefix, title, subtitle = (text_value(parsed, name).strip() for name in ("title_prefix", "title", "subtitle"))
    # Some records repeat the prefix in the title.
    whole = (
        title if not prefix or title.startswith(prefix) else f"{prefix}{'' if prefix[-1] in _ELISION else ' '}{title}"
    )
    return f"{whole}: {subtitle}" if whole and subtitle else whole


def _authors(parsed: dict[str, Any], names: AuthorNames | None) -> list[str]:
    """Return the names that stand in the record, and those of its keys: a work nests them, an edition does not."""
    authors = []
    for author in _objects(parsed.get("authors")):
        nested = author.get("author")
        key = text_value(nested, "key") if isinstance(nested, dict) else text_value(author, "key")
        authors.append(text_value(author, "name") or (names.get(key) if names else ""))
    return [name for name in authors if name]


def _from_by_statement(statement: str) -> list[str]:
    """Return the authors of a statement of responsibility: `by Jane Austen ; edited by R. W. Chapman`."""
    first = statement.split(";", maxsplit=1)[0].strip().rstrip(".")
    if not first or _NOT_AUTHORS.search(first):
        return []
    names = re.split(r",? and |, | & ", _BY.sub("", first, count=1))
    return [name.strip(" []") for name in names]


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
