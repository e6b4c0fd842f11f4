"""Addresses on the web."""

import re

MAX_URL_LENGTH = 2_000
_URL = re.compile(r"https?://[^\s\"<>\\^`{|}\x00-\x1f\x7f-\x9f\ud800-\udfff]+", re.IGNORECASE)


def web_url(text: str) -> str | None:
    """Return the text if it is an address that begins with `http:` or `https:`, otherwise None."""
    return text if len(text) <= MAX_URL_LENGTH and _URL.fullmatch(text) else None
