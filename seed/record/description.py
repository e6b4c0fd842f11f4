"""The description of a book as plain text with line breaks."""

from seed.record.markup import strip_tags
from seed.record.missing import MISSING
from seed.record.text import clean_paragraphs

MAX_DESCRIPTION_LENGTH = 100_000
_UNCLEANED_FACTOR = 4
_MAX_ROUNDS = 9


def clean_description(text: str) -> str | None:
    """Return the cleaned text without the tags of HTML; None if there is none."""
    clean = clean_paragraphs(text[: _UNCLEANED_FACTOR * MAX_DESCRIPTION_LENGTH])
    if "<" in clean:
        clean = _without_tags(clean)
    if len(clean) > MAX_DESCRIPTION_LENGTH:
        clean = clean_paragraphs(clean[:MAX_DESCRIPTION_LENGTH])
    return None if clean in MISSING else clean or None


def _without_tags(text: str) -> str:
    # Without a tag, what stands around it may become one.
    for _ in range(_MAX_ROUNDS):
        if (plain := clean_paragraphs(strip_tags(text))) == text:
            return text
        text = plain
    return clean_paragraphs(text.replace("<", ""))
