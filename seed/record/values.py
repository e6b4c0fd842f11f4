"""The values of one field that holds several: a list as text, or names between separators."""

import ast
import json
import re
from collections.abc import Sequence
from typing import Any

from seed.record.text import decode_entities

# A lookbehind lets a match begin only where a run of blanks does, so that long runs take no quadratic time.
_JOINED = re.compile(r"(?<![ ,]),? +(?:[&+]|and|with|und|et|y|e|i|och|og|\u0438|\u0456) +|(?<! ) */+ *")
# Also the semicolons of Arabic and of East Asia, and the latter's comma of lists.
_ENDS = re.compile(r"(?<!\s)\s*[|\r\n\u061b\uff1b\u3001]+\s*")
_LINK = re.compile(r"(?<!\s)\s*\(https?://[^\s()]*\),?")
"""Notion's, behind a name."""

_AUTHORITY = re.compile(r"::[\w-]+::-?\d+")
"""DSpace's, behind a name."""

_COMMA_OF_A_PROGRAM = re.compile(r"(?<=[^\s\d]),(?=[^\s\d])")
"""People write a blank behind a comma."""

_EAST_ASIAN = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_HASH_TAGS = re.compile(r"#[^\s#,;]+(?:\s+#[^\s#,;]+)*")
_OTHERS = re.compile(r"(?<![ ,]),? +(?:et al|and others|u\. ?a|i in)\.?$")
_MIN_UNJOINED = 3
"""Fewer names between commas alone may be one name, with the surname first."""
_PARTICLE_WORDS = "al bin da de del della den der di do dos du el la le ten ter van von y zu"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_BODY_WORDS = (
    "academy agency associates association authority board books bros bureau center centre church club college"
    " commission committee company co corp corporation council department editors education foundation gmbh government"
    " group house inc institute institution international laboratory library ltd magazine media ministry museum network"
    " office organisation organization press project publications publishers publishing research review school sciences"
    " service services society sons staff studios team trust union university verlag"
)
_BODIES = frozenset(_BODY_WORDS.split())
_MAX_NAME_WORDS = 5

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
    if _HASH_TAGS.fullmatch(decoded.strip()):
        return [tag.strip("#") for tag in decoded.split()]
    decoded = _ENDS.sub(";", _LINK.sub(";", decoded.strip()))
    return split_values(decoded, ";" if ";" in decoded else ",")


def split_authors(text: str, min_unjoined: int = _MIN_UNJOINED) -> list[str]:
    """Return the authors of a field; names of people may be joined by `&` or `and`, this many also by commas."""
    return [name for part in split_headings(text) for name in _joined_names(_OTHERS.sub("", part), min_unjoined)]


def split_headings(text: str) -> list[str]:
    """Return the values of a field of another program: separated by `;`, `|` or line breaks."""
    if "(http" in text:
        text = _LINK.sub(";", text)
    if "::" in text:
        text = _AUTHORITY.sub("", text)
    if "|" in text or "\n" in text or not text.isascii():
        text = _ENDS.sub(";", text.strip())
    return split_values(text, ";")


def split_categories(text: str) -> list[str]:
    """Return the headings of a field, also those that a program joined by commas."""
    names = split_headings(text)
    if "," not in text or len(names) > 1:
        return names
    paths = text.split(", ")
    return paths if all(" > " in path for path in paths) else _COMMA_OF_A_PROGRAM.split(text)


def _joined_names(text: str, min_unjoined: int) -> list[str]:
    names = _JOINED.split(text)
    if len(names) == 1:
        names = [name.strip() for name in text.split(",")]
        is_list = len(names) >= min_unjoined or (len(names) > 1 and ", " not in text)
        return names if is_list and _are_people(names) else [text]
    if all(name.count(",") == 1 for name in names):
        return names
    first, *others = names
    # `Gaiman, Neil, and Terry Pratchett`: only the first has the surname first.
    if first.count(",") == 1 and not _are_people(first.split(",")) and _are_people(others):
        return names
    names = [name.strip() for joined in names for name in joined.split(",")]
    return names if _are_people(names) else [text]


def _are_people(names: Sequence[str]) -> bool:
    """Return whether all names look like those of people: at least two words, each with a capital, no organisation."""
    return all(_is_person(name.split()) for name in names)


def _is_person(words: Sequence[str]) -> bool:
    if words and all(map(_EAST_ASIAN.search, words)):
        return len(words) <= _MAX_NAME_WORDS
    return (
        1 < len(words) <= _MAX_NAME_WORDS
        and all(word[0].isupper() or word in _PARTICLES for word in words)
        and len(words[-1].strip(".")) > 1
        and not _BODIES.intersection(word.strip(".,").casefold() for word in words)
    )


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
