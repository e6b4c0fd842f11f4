"""Addresses on the web."""

import re

MAX_URL_LENGTH = 2_000
_URL = re.compile(r"https?://[^\s\"<>\\^`{|}\x00-\x1f\x7f-\x9f\ud800-\udfff]+", re.IGNORECASE)


def web_url(text: str) -> str | None:
    """Return the first address in a text that begins with `http:` or `https:`, or None."""
    if len(text) <= MAX_URL_LENGTH and _URL.fullmatch(text):
        return text
    # Shops list several, and Airtable puts one behind the name of its file.
    words = (word.strip("(),;") for word in re.split(r"[\s|]+", text[: 4 * MAX_URL_LENGTH]))
    return next((word for word in words if len(word) <= MAX_URL_LENGTH and _URL.fullmatch(word)), None)
