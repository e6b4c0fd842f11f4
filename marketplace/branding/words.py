"""The texts of the pages, from one TOML file that a translation replaces."""

import string
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

DEFAULT_FILE = Path(__file__).with_name("words.toml")

Words = Mapping[str, Mapping[str, str]]


class WordsError(Exception):
    """A words file lacks a text, or a text's placeholders differ from the original's."""


@cache
def default_words() -> Words:
    """Return the English words that come with the shop."""
    return parse_words(DEFAULT_FILE.read_text("utf-8"), {})


def parse_words(text: str, original: Words) -> Words:
    """Parse a words file and compare it with the original. Names of languages may be missing.

    Raises:
        WordsError: If it is not TOML, lacks a text, or a text's placeholders differ from the original's.
    """
    try:
        sections: dict[str, dict[str, Any]] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WordsError(f"is not valid TOML: {error}") from error
    for section, texts in original.items():
        for name, original_text in texts.items():
            if section == "languages" and "{" not in original_text:
                continue
            translated = sections.get(section, {}).get(name)
            if not isinstance(translated, str):
                raise WordsError(f"lacks the text {section}.{name}")
            if _placeholders(translated) != _placeholders(original_text):
                raise WordsError(f"{section}.{name} must have the same words in braces as {original_text!r}")
    return sections


def fill(text: str, **values: object) -> Markup:
    """Replace the placeholders of a text with values; both text and values are escaped."""
    # Same result as Markup.format in a fifth of the time; a page fills a dozen texts.
    pieces = [literal if name is None else literal + escape(values[name]) for literal, name in _pieces(text)]
    return Markup("".join(pieces))  # noqa: S704  # each piece is escaped


@lru_cache(1_024)
def _pieces(text: str) -> tuple[tuple[str, str | None], ...]:
    """Return each piece of literal text, escaped, with the name of the placeholder that follows it."""
    return tuple((str(escape(literal)), name) for literal, name, _, _ in string.Formatter().parse(text))


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise WordsError(f"has a text with unpaired braces: {text!r}") from error
