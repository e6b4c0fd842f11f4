"""The title of a book: cleaned, visible and of limited length."""

import re

from seed.record.markup import strip_braces, strip_tags
from seed.record.text import clean_line

MAX_TITLE_LENGTH = 2_000
_PUNCTUATION = "/:;="
"""Stands between a title and what follows it in a library's catalogue (ISBD)."""

_MAX_UNCLEANED_LENGTH = 4 * MAX_TITLE_LENGTH
"""A longer text is not cleaned, which bounds the time that it takes."""

# Joiners, fillers, direction marks and blanks are invisible when nothing else surrounds them.
_VISIBLE = re.compile(
    r"[^\s\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2066-\u2069\u2800"
    r"\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def clean_title(text: str) -> str:
    """Return the title as one line, without tags, the braces of BibTeX and the punctuation of libraries at its end."""
    title = clean_line(text[: _MAX_UNCLEANED_LENGTH + 1])
    if "<" in title:
        title = clean_line(strip_tags(title)) or title
    while title and title[-1] in _PUNCTUATION and title[-2:-1] == " ":
        title = title[:-2].rstrip()
    return clean_line(strip_braces(title)) if "{" in title else title


def title_problem(text: str, title: str) -> str | None:
    """Return why a book with this title, made of this text, cannot be stored; None if it can."""
    if len(title) > MAX_TITLE_LENGTH or len(text) > _MAX_UNCLEANED_LENGTH:
        return f"title longer than {MAX_TITLE_LENGTH:,} characters"
    if not title or not (title.isascii() or _VISIBLE.search(title)):
        return "no title"
    return None
