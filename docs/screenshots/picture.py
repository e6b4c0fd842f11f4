"""What a screenshot shows."""  # noqa: INP001  # a script that belongs to the pictures beside it

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

Scheme: TypeAlias = Literal["light", "dark"]


class Picture(NamedTuple):
    """What a screenshot shows: the page from its top to the end of one of its parts."""

    name: str
    path: str
    until: str
    """The last thing to be seen; Playwright's words for finding it. Empty: what fits the height."""
    width: int
    height: int
    scheme: Scheme = "light"
    scale: float = 1
    media: Literal["screen", "print"] = "screen"
    text_percent: int = 100
    """The size of text in the browser's settings."""
    shop: str = ""
    """Which of the other shops it shows; empty: the one with the built-in books."""


class Shop(NamedTuple):
    """An open shop: its addresses, its folder, and the environment of its commands."""

    address: str
    service: str
    folder: Path
    environ: Mapping[str, str]
