"""Chooses the palette and the pattern of a book's generated cover, from the book's id alone.

`static/style.css` draws them (`.palette-3`, `.pattern-dots`); a test compares it with this file.
"""

from typing import NamedTuple


class Palette(NamedTuple):
    """The three colours of a cover: `print` is the text on `cloth`, `accent` draws the pattern."""

    cloth: str
    print: str
    accent: str


class Cover(NamedTuple):
    """The number of a palette, the name of a pattern, and the CSS classes for both."""

    palette: int
    pattern: str
    classes: str


# Three rows of eight hues each: dark cloths, pale ones, bright ones.
PALETTES = (
    Palette("#7b2d26", "#fbeed9", "#e0a458"),  # red
    Palette("#1d3557", "#f1f6ee", "#7fb2c9"),  # blue
    Palette("#2d4a3e", "#f5edd8", "#c9a227"),  # green
    Palette("#69480f", "#fdf3da", "#e3b34b"),  # ochre
    Palette("#5a1240", "#ffe9d8", "#f3914c"),  # plum
    Palette("#0b4f5a", "#f1f5f4", "#f0a868"),  # teal
    Palette("#a93a08", "#fff4e3", "#ffd166"),  # orange
    Palette("#262641", "#f3ebe6", "#c9ada7"),  # ink
    Palette("#f4dcd3", "#7a1f2b", "#d9675b"),
    Palette("#d7e3ee", "#1f3a5f", "#5b8fb9"),
    Palette("#dde5cd", "#2c4a2e", "#7d9b4e"),
    Palette("#e7c46f", "#203f4c", "#d1603d"),
    Palette("#e6ddec", "#4a2460", "#a77bbf"),
    Palette("#cfe5e0", "#0d4a4f", "#e08a5b"),
    Palette("#f7d9bd", "#6b2c12", "#e07a3f"),
    Palette("#f3efdc", "#33302b", "#b08d57"),
    Palette("#b3243b", "#fff1e8", "#f6b8a0"),
    Palette("#2f5fa8", "#fdf8ec", "#f4c95d"),
    Palette("#3f6b3a", "#fbf6e2", "#cfd98a"),
    Palette("#d9a441", "#2b1d0e", "#8c2f1b"),
    Palette("#6d4a9c", "#fbf2ff", "#f2b5d4"),
    Palette("#16706f", "#f4fbf6", "#f7d488"),
    Palette("#e5906b", "#3a150a", "#7c2d12"),
    Palette("#3d4a57", "#f6f4ee", "#9fd3c7"),
)

PATTERNS = (
    "frame",  # a double line around title and author
    "rules",  # a bar above the title, one below the author
    "band",  # a bar along the spine
    "corners",  # the same bar, and the two outer corners, like leather
    # All others are patterned papers with a label for title and author.
    "stripes",  # diagonal, thin, falling to the right
    "ribbons",  # diagonal, broad, rising to the right
    "ticking",  # vertical, alternately thin and broad
    "lines",  # horizontal, thin
    "dots",  # in staggered rows
    "spots",  # large, widely spaced
    "sun",  # a disc low on the cover, with rings around it
    "rings",  # around a lower corner
    "rays",  # from the middle of the lower edge
    "gingham",  # woven from two translucent stripes
    "checks",  # a chessboard
    "graph",  # squared paper
    "lattice",  # thin crossing diagonals
    "diamonds",  # filled rhombuses, point to point
    "zigzag",  # horizontal rows of teeth
    "sails",  # rows of triangles
    "scales",  # hanging half circles in staggered rows
    "scallops",  # horizontal rows of half discs
    "pinwheels",  # squares of eight vanes
    "arches",  # half discs within half circles, in staggered rows
)

# Every pattern in every palette.
COVERS = tuple(
    Cover(number, pattern, f"palette-{number} pattern-{pattern}")
    for pattern in PATTERNS
    for number in range(len(PALETTES))
)


def cover_of(book_id: int) -> Cover:
    """Return the cover of a book: the same on every page."""
    return COVERS[_mix(book_id) % len(COVERS)]


def _mix(book_id: int) -> int:
    """Spread consecutive ids over 64 bits: the finalizer of SplitMix64 (Steele et al. 2014)."""
    number = book_id * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    number = (number ^ number >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return number ^ number >> 31
