"""Rows of a table that are no books: other materials, totals, rules below a header, and the header once more."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from seed.readers.column_names import ITEM_TYPES, OTHER_MATERIALS, normalise
from seed.readers.columns import ColumnMap

_TOTAL = re.compile(
    r"\W*(?:(?:grand|sub|overall)[ -]?)?(?:totals?|totale|sum|summe|gesamt|gesamtsumme|suma|somme|итого|合計|总计|小計)"
    r"(?: (?:of |number of )?(?:books|titles|items|records|rows|entries))?\W*[\d.,]*\W*",
    re.IGNORECASE,
)
_COLOPHON = re.compile(r"\W*(?:generated|exported|printed|downloaded)\b.*\b(?:on|by|at|from|with)\b.*", re.IGNORECASE)
_MAX_TOTAL_LENGTH = 40
_NUMBER = re.compile(r"\W*[\d.,]*\W*")
_RULE = re.compile(r"[:=\u2500-\u257f+ -]*")
_RULE_STARTS = frozenset(["", *" -=:+\u2500\u2550"])
"""The first character of a field of a rule, which may be a blank; none in an empty row."""


# A file has few kinds of material.
_normalised = lru_cache(maxsize=1 << 8)(normalise)


def other_rows(header: list[str], columns: ColumnMap) -> Callable[[list[str]], str | None]:
    """Return a function that returns why a row is no book, or None if it may be one."""
    title = columns.indexes["title"][0]
    # Totals have no author, so most rows need no closer look.
    author = next(iter(columns.indexes["authors"]), None)
    item_type = next((index for index, name in enumerate(header) if normalise(name) in ITEM_TYPES), None)
    title_name = header[title]

    def reason(fields: list[str]) -> str | None:
        text = fields[title]
        if item_type is not None and _normalised(material := fields[item_type].strip()) in OTHER_MATERIALS:
            return f"not a book: {material}"
        if text == title_name and fields == header:
            return "the header again"
        if author is None or not fields[author] or text[:1] in _RULE_STARTS:
            return _reason(fields, text)
        return None

    return reason


def _reason(fields: Sequence[str], title: str) -> str | None:
    title = title.strip()
    if not title:
        return None if any(map(str.strip, fields)) else "an empty row"
    if len(title) > 1 and _RULE.fullmatch(title):
        return "a rule between rows" if all(map(_RULE.fullmatch, fields)) else None
    if _COLOPHON.fullmatch(title) and sum(map(bool, map(str.strip, fields))) == 1:
        return "a remark of the program"
    if len(title) <= _MAX_TOTAL_LENGTH and _TOTAL.fullmatch(title):
        others = list(fields)
        others.remove(next(field for field in fields if field.strip() == title))
        return "a row of totals" if all(map(_NUMBER.fullmatch, others)) else None
    return None
