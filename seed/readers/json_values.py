"""The values of JSON's members as texts, whatever shape they have."""

import json
from collections.abc import Sequence
from typing import Any

from seed.readers.column_names import normalise
from seed.readers.name_columns import find_people, join_names
from seed.record.values import split_values

_WHOLE_NAMES = ("name", "fullname", "displayname", "literal", "label", "value")
_NESTED = ("author", "person", "agent")
_CODES = ("code", "langcode", "key", "id")
_ADDRESSES = ("large", "medium", "thumbnail", "smallthumbnail", "small", "url", "contenturl", "src", "href")
"""The members of a picture in several sizes, best first."""


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
    return _text(parsed.get(name))


def text_values(value: Any, separator: str | None = None) -> list[str]:
    """Return the texts of a list, or of one string, which is split if there is a separator."""
    if isinstance(value, str):
        return split_values(value, separator)
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return _texts(value)


def isbn_values(value: Any) -> list[str]:
    """Return the ISBNs among identifiers: of objects and of labelled texts only what is called one."""
    if isinstance(value, list):
        return [text for item in value for text in isbn_values(item)]
    if not isinstance(value, dict):
        return [text for text in _texts(value) if ":" not in text or "isbn" in text.casefold()]
    if kind := _text(value.get("type")):
        is_isbn = "isbn" in kind.casefold()
        return [_text(member) for name, member in value.items() if is_isbn and name != "type"]
    return [text for name, member in value.items() if "isbn" in name.casefold() for text in isbn_values(member)]


def language_values(value: Any) -> list[str]:
    """Return the names or codes of languages."""
    items = value if isinstance(value, list) else [value]
    return [text for item in items for text in _texts(item) or _members(item, _CODES)]


def cover_values(value: Any) -> list[str]:
    """Return the addresses of a picture, best first."""
    items = value if isinstance(value, list) else [value]
    return [text for item in items for text in _members(item, _ADDRESSES) or _texts(item)]


def _members(value: Any, names: Sequence[str]) -> list[str]:
    if not isinstance(value, dict):
        return []
    members = {normalise(name): _text(member) for name, member in value.items()}
    return [text for name in names if (text := members.get(name))]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict) and len(value) == 1 and (name := next(iter(value))).startswith("$"):
        return _texts(value[name])  # MongoDB's {"$oid": …} and {"$date": …}
    return [text] if (text := _text(value)) else _names_of(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _names_of(value: Any) -> list[str]:
    """Return the name of an author or a subject that is an object itself; several if its members hold several names."""
    if not isinstance(value, dict):
        return []
    if (dates := value.get("date-parts")) and isinstance(dates, list) and isinstance(dates[0], list) and dates[0]:
        return [text] if (text := _text(dates[0][0])) else []
    members = {normalise(name): member for name, member in value.items()}
    if whole := next((text for name in _WHOLE_NAMES if (text := _text(members.get(name)))), ""):
        return [whole]
    columns = list(members)
    names = join_names([_text(members[name]) for name in columns], find_people(columns))
    return list(filter(None, names)) or next(
        (nested for name in _NESTED if (nested := _names_of(members.get(name)))), []
    )


def has_objects(value: Any) -> bool:
    """Return whether a value is an object, or a list with objects."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
