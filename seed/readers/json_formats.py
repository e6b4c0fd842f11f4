"""Which of the JSON formats a file has, judged by its beginning."""

import json

from seed.readers.json_books import Shape, shape_of

_GOES_ON = ("{", "[", ",", ":")
"""The end of a line on which an object is not complete."""


def detect_json(text: str, *, has_column_map: bool) -> str:
    """Return the name of the format of a text that begins with `{` or `[`; with a column map, it is of no program."""
    if text.startswith("["):
        is_calibre = '"author_sort"' in text and '"uuid"' in text and not has_column_map
        return "calibre-json" if is_calibre else "json"
    shape = shape_of(text)
    if shape is Shape.MEMBERS and '"books_id"' in text and not has_column_map:
        return "librarything-json"
    first_line, _, others = text.partition("\n")
    if shape is not Shape.BOOK:
        return "jsonl" if _is_json(first_line) and others.lstrip().startswith("{") else "json"
    return "json" if others and not _is_json(first_line) and first_line.rstrip().endswith(_GOES_ON) else "jsonl"


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
