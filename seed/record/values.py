"""The values of one field that holds several: a list as text, or names between separators."""

import ast
import json
import re
from typing import Any

from seed.record.text import decode_entities

_JOINED = re.compile(r" +(?:&|and) +")

_MAX_LIST_LENGTH = 100_000
"""In characters. Longer fields are not parsed as lists."""


def split_values(text: str, separator: str | None) -> list[str]:
    """Return the values of a field.

    A list in the syntax of Python or JSON (`['Surname, Name']`, `["a", "b"]`, `[]`) has the values of its items.
    HTML entities are decoded before the text is split, because they end in `;`.
    """
    if not text:
        return []
    if text[0] in " \t[" and (items := parse_list(text)) is not None:
        return items
    if "&" in text:
        text = decode_entities(text)
    return text.split(separator) if separator else [text]


def split_tags(text: str) -> list[str]:
    """Return the tags of a field: separated by `;`, or by commas if there is none."""
    decoded = decode_entities(text)
    return split_values(decoded, ";" if ";" in decoded else ",")


def split_authors(text: str) -> list[str]:
    """Return the authors of a field; names with the surname first may be joined by `&` or `and`."""
    return [name for part in split_values(text, ";") for name in _joined_names(part)]


def _joined_names(text: str) -> list[str]:
    names = _JOINED.split(text)
    return names if len(names) > 1 and all(name.count(",") == 1 for name in names) else [text]


def parse_list(text: str) -> list[str] | None:
    """Return the strings and numbers of a list in the syntax of Python or JSON, or None if it is not a list.

    `[1922]` and `[Anonymous]` are how libraries mark what the book itself does not say, so a list needs a string
    or no item at all.
    """
    text = text.strip()
    if len(text) > _MAX_LIST_LENGTH or not (text.startswith("[") and text.endswith("]")):
        return None
    value = _literal(text)
    if not isinstance(value, list) or (value and not any(isinstance(item, str) for item in value)):
        return None
    return [decode_entities(str(item)) for item in value if isinstance(item, str | int | float)]


def _literal(text: str) -> Any:
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None
