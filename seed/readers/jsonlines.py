"""JSON Lines (https://jsonlines.org): one object per line, with the names of our CSV's columns."""

import json
from collections.abc import Iterator
from typing import Any

from seed.readers import ReadOptions
from seed.readers.text_file import Lines
from seed.record.book import Raw, Rejection


def read(lines: Lines, options: ReadOptions) -> Iterator[Raw | Rejection]:
    """Yield the books of a file of JSON Lines; empty lines are none.

    `authors`, `isbn` and `categories` may be lists; a text with several values is split as in CSV.
    """
    for line in lines:
        text = lines.take()
        if not line.strip("\ufeff \t\r\n"):
            continue
        found = parsed_object(text.lstrip("\ufeff"))
        if isinstance(found, str):
            yield Rejection(lines.number, found, text)
        else:
            yield _raw(lines.number, text, found, options)


def parsed_object(text: str) -> dict[str, Any] | str:
    """Return the JSON object, or the reason why there is none."""
    try:
        found = json.loads(text)
    except ValueError:  # also of numbers with more digits than Python converts
        return "not JSON"
    except RecursionError:
        return "JSON nested too deeply"
    return found if isinstance(found, dict) else "no JSON object"


def told(found: dict[str, Any], name: str) -> str:
    """Return a text or a number as text; empty for everything else."""
    value = found.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def told_list(value: Any, separator: str | None = None) -> list[str]:
    """Return the texts of a list, or of one text, split if there is a separator."""
    if isinstance(value, str):
        return value.split(separator) if separator else [value]
    if isinstance(value, list):
        return [str(item) for item in value if isinstance(item, str | int) and not isinstance(item, bool)]
    return [str(value)] if isinstance(value, int) and not isinstance(value, bool) else []


def _raw(line: int, text: str, found: dict[str, Any], options: ReadOptions) -> Raw:
    categories = told_list(found.get("categories"), options.category_separator)
    if options.category and not any(map(str.strip, categories)):
        categories = [options.category]
    return Raw(
        line=line,
        text=text,
        key=told(found, "key"),
        title=told(found, "title"),
        authors=told_list(found.get("authors"), options.author_separator),
        year=told(found, "year"),
        isbns=told_list(found.get("isbn")),
        language=told(found, "language"),
        description=told(found, "description"),
        cover_url=told(found, "cover_url"),
        categories=categories,
    )
