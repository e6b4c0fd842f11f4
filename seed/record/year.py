"""The year in a date as catalogues write it."""

import re
from functools import lru_cache

_SIMPLE = re.compile(r"(?P<sign>[-\u2212]?)(?P<year>\d{1,4})(?:\.0*|-\d\d?(?:-\d\d?)?)?(?P<bc> ?(?:BC|BCE|B\.C\.))?")
_COMPACT = re.compile(r"(?P<year>[12]\d{3})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_ISO = re.compile(r"(?P<sign>[-+\u2212]?)(?P<year>\d{4})-\d\d(?:-\d\d)?(?:[T ].*)?", re.ASCII)
_QUALIFIED = re.compile(
    r"\[?\(?(?:c|ca|circa|cop|um|vers|ok|©|℗|AD|A\.D\.)?\.? ?(?P<year>\d{3,4})\??\]?\)?\.?"
    r"(?P<bc> ?(?:BC|BCE|B\.C\.))?\]?",
    re.IGNORECASE,
)
# A year inside a longer date: `March 5, 1999`, `31.12.1999`, `1999/2000`, `London, 1815`, `p1999`.
_WITHIN = re.compile(r"(?<!\d)(?<!\d,)(?:1[0-9]|20)\d\d(?!\d)(?!,\d{3})(?!['\u2019]?(?:s|er)\b)")
_ALONE = re.compile(r"\W*(?:c|ca)?\W*\d{4}\W*")
_MAX_ALONE = 20
_MAX_WITHIN = 2
"""A text with more numbers like years is not a date."""


def year_alone(text: str) -> str:
    """Return the text if it is a year without day and month, else an empty one."""
    return text if _ALONE.fullmatch(text[:_MAX_ALONE]) else ""


@lru_cache(maxsize=1 << 12)
def parse_year(text: str) -> int | None:
    """Return the year of a date, negative for years BC, or None if the text has no single year.

    Of two years in one text (`1999/2000`, `1999, c1998`) the first one counts.
    """
    text = text.strip()
    for pattern in (_SIMPLE, _ISO, _COMPACT, _QUALIFIED):
        if match := pattern.fullmatch(text):
            groups = match.groupdict()
            is_negative = groups.get("sign") in {"-", "\u2212"} or groups.get("bc")
            return int(match["year"]) * (-1 if is_negative else 1)
    years = _WITHIN.findall(text)
    return int(years[0]) if years and len(years) <= _MAX_WITHIN else None
