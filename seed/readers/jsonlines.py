"""JSON Lines (https://jsonlines.org): one object per line, with the field names of our CSV."""

import json
from collections.abc import Iterator
from typing import Any

from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import ALL_FIELDS, RawRecord, Rejection


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection]:
    """Yield the books of a JSON Lines file; empty lines are ignored.

    `authors`, `isbn` and `categories` may be lists; a string with several values is split as in CSV.
    """
    for line in lines:
        text = lines.take()
        if not line.strip("\ufeff \t\r\n"):
            continue
        parsed = parse_object(text.lstrip("\ufeff"))
        if isinstance(parsed, str):
            yield Rejection(lines.number, parsed, text)
        else:
            yield _to_record(lines.number, text, parsed, options)


def parse_object(text: str) -> dict[str, Any] | str:
    """Return the JSON object, or the reason why the text is not one."""
    try:
        value = json.loads(text)
    except ValueError:  # also raised for numbers with more digits than Python converts
        return "not JSON"
    except RecursionError:
        return "JSON nested too deeply"
    return value if isinstance(value, dict) else "not a JSON object"


def text_value(parsed: dict[str, Any], name: str) -> str:
    """Return a member that is a string or a number as text; an empty text for anything else."""
    value = parsed.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def text_values(value: Any, separator: str | None = None) -> list[str]:
    """Return the texts of a list, or of one string, which is split if there is a separator."""
    if isinstance(value, str):
        return value.split(separator) if separator else [value]
    if isinstance(value, list):
        return [str(item) for item in value if isinstance(item, str | int) and not isinstance(item, bool)]
    return [str(value)] if isinstance(value, int) and not isinstance(value, bool) else []


def _to_record(line: int, text: str, parsed: dict[str, Any], options: ReadOptions) -> RawRecord:
    categories = text_values(parsed.get("categories"), options.category_separator)
    if options.category and not any(map(str.strip, categories)):
        categories = [options.category]
    return RawRecord(
        line=line,
        text=text,
        key=text_value(parsed, "key"),
        title=text_value(parsed, "title"),
        authors=text_values(parsed.get("authors"), options.author_separator),
        year=text_value(parsed, "year"),
        isbns=text_values(parsed.get("isbn")),
        language=text_value(parsed, "language"),
        description=text_value(parsed, "description"),
        cover_url=text_value(parsed, "cover_url"),
        categories=categories,
        present=ALL_FIELDS.intersection(parsed),
    )
