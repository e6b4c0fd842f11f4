"""Breaks text into lines where no browser does it: for the covers that are drawn as images.

Nobody knows here which font will draw it, so widths are those of a broad one, and guessed by kinds of characters.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

ELLIPSIS = "…"

# What XML 1.0 cannot hold, not even escaped (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NARROW = frozenset("iljtfrI.,;:!|'`()[]{}\u00b7\u2018\u2019")
_WIDE = frozenset("mwMWQO@%&\u2014\u2026")
_WORD = re.compile(r"[^ \-\u2010\u2013\u2014/]*[ \-\u2010\u2013\u2014/]?")
_JOINER = "\u200d"
# Far more than any cover holds.
_LONGEST = 1_000


class Setting(NamedTuple):
    """Text in lines, the size of its letters in pixels, and whether it is read from right to left."""

    lines: tuple[str, ...]
    size: int
    is_rtl: bool


def printable(text: str) -> str:
    """Return the text on one line, without what XML cannot hold."""
    return " ".join(_NOT_XML.sub(" ", text).split())


def set_text(text: str, width: int, sizes: dict[int, int]) -> Setting:
    """Set text as large as it fits.

    Args:
        text: what to set.
        width: how many pixels each line has.
        sizes: sizes in pixels, the largest first, and how many lines of each there may be. What does not fit at the
            last one either is cut, with an ellipsis.
    """
    shown = printable(text[:_LONGEST])
    for size, most_lines in sizes.items():
        lines = list(_lines(shown, width / size, most_lines))
        if len(lines) <= most_lines:
            break
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], _shortened(lines[most_lines - 1], width / size)]
    return Setting(tuple(lines), size, is_rtl(shown))


def is_rtl(text: str) -> bool:
    """Tell whether the first letter that has a direction runs from right to left, as dir="auto" does."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((direction for direction in directions if direction in {"L", "R", "AL"}), "L") != "L"


def width_of(text: str) -> float:
    """Return about how wide the text is at most, in ems."""
    return sum(map(_width, text))


def _lines(text: str, width: float, most: int) -> Iterator[str]:
    """Yield lines of at most so many ems; one more than `most` says that there are more."""
    line, count = "", 0
    for piece in _pieces(text, width):
        if line and width_of((line + piece).rstrip()) > width:
            yield line.strip()
            line, count = "", count + 1
            if count > most:
                return
        line += piece
    if line.strip():
        yield line.strip()


def _pieces(text: str, width: float) -> Iterator[str]:
    """Yield what is not broken between two lines: words with the blank behind them, characters without blanks."""
    for word in _WORD.findall(text):
        if width_of(word.rstrip()) <= width and not any(map(_is_ideographic, word)):
            yield word
            continue
        # A long word is broken where the line ends, so its pieces are its characters.
        piece = ""
        for character in word:
            if piece and _may_break(piece, character):
                yield piece
                piece = ""
            piece += character
        yield piece


def _may_break(piece: str, character: str) -> bool:
    # What joins emoji holds them on one line, and no line begins with a full stop or a closing bracket. Marks have no
    # width, so that there is always room for them behind their letters.
    if _JOINER in (piece[-1], character):
        return False
    return len(piece) > 1 or unicodedata.category(character) not in {"Pe", "Pf", "Po"}


def _shortened(line: str, width: float) -> str:
    while line and width_of(line + ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip(" \u200d") + ELLIPSIS


def _is_ideographic(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


@lru_cache(maxsize=4_096)
def _width(character: str) -> float:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    if _is_ideographic(character):
        return 1.0
    if character == " ":
        return 0.28
    if character in _NARROW:
        return 0.4
    if character in _WIDE:
        return 1.0
    return 0.75 if character.isupper() else 0.6
