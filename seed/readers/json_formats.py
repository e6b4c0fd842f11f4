"""Which of the JSON formats a file has, judged by its beginning."""

import json
import re
from collections.abc import Iterable

from seed.readers.column_names import field_of

_MEMBERS = re.compile(r'\{\s*"[^"]*"\s*:\s*\{')
"""An object whose first member is an object."""

_ARRAY_IN_OBJECT = re.compile(
    r'\{\s*(?P<before>(?:"(?:[^"\\]|\\.)*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[^\s"\[{},]+)\s*,\s*)*)'
    r'"(?P<name>[^"]*)"\s*:\s*\[\s*\{'
)
"""An object whose members are single values up to an array of objects."""

_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:')


def detect_json(text: str, *, has_column_map: bool) -> str:
    """Return the name of the format of a text that begins with `{` or `[`; with a column map, it is of no program."""
    if _MEMBERS.match(text) and '"books_id"' in text and not has_column_map:
        return "librarything-json"
    if text.startswith("["):
        is_calibre = '"author_sort"' in text and '"uuid"' in text and not has_column_map
        return "calibre-json" if is_calibre else "json"
    try:
        first_line = json.loads(text.partition("\n")[0])
    except ValueError:
        # An object over several lines.
        return "json" if _MEMBERS.match(text) or _holds_array_of_books(text, ()) else "jsonl"
    return "json" if _holds_array_of_books(text, first_line) else "jsonl"


def _holds_array_of_books(text: str, names: Iterable[str]) -> bool:
    """Return whether an object is no book itself, but has an array of them.

    Args:
        text: begins with the object.
        names: those of its members, as far as they are known; a title makes it a book.
    """
    match = _ARRAY_IN_OBJECT.match(text)
    if match is None:
        return False
    array = match["name"]
    others = {*names, *_NAME.findall(match["before"])} - {array}
    # An array of authors or categories belongs to a book; one named `books` or `titles` holds some.
    is_of_a_book = field_of(array) not in {None, "title"} or (field_of(array) == "title" and not array.endswith("s"))
    return not is_of_a_book and "title" not in map(field_of, others)
