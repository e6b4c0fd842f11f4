import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from marketplace.pages import covers
from marketplace.pages.covers import COVERS, PALETTES, PATTERNS, Palette, cover_of

STYLE = (Path(covers.__file__).parent / "static" / "style.css").read_text()


def luminance(colour: str) -> float:
    """Return the relative luminance that WCAG 2.2 defines."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_there_are_at_least_24_palettes_and_24_patterns() -> None:
    assert len(set(PALETTES)) >= 24
    assert len(set(PATTERNS)) >= 24
    assert len({cover.classes for cover in COVERS}) == len(PALETTES) * len(PATTERNS)


@pytest.mark.parametrize("palette", PALETTES)
def test_each_palettes_print_can_be_read_on_its_cloth(palette: Palette) -> None:
    assert contrast(palette.print, palette.cloth) >= 5
    assert contrast(palette.accent, palette.cloth) >= 1.5


def test_style_sheet_has_each_palette_as_it_is_here() -> None:
    drawn = dict(re.findall(r"\.palette-(\d+) \{ (.*?) \}", STYLE))

    assert drawn == {
        str(number): f"--cloth: {palette.cloth}; --print: {palette.print}; --accent: {palette.accent};"
        for number, palette in enumerate(PALETTES)
    }


def test_style_sheet_draws_each_pattern_and_no_other() -> None:
    assert set(re.findall(r"\.pattern-([a-z]+)", STYLE)) == set(PATTERNS)


def test_a_book_always_has_the_same_cover() -> None:
    assert [cover_of(book_id).classes for book_id in (1, 2, 2**63 - 1)] == [
        "palette-7 pattern-graph",
        "palette-12 pattern-lines",
        "palette-3 pattern-graph",
    ]


def test_covers_are_spread_evenly_over_books_that_were_added_together() -> None:
    worn = Counter(cover_of(book_id) for book_id in range(1, 57_601))

    assert len(worn) == len(COVERS)
    assert sum((count - 100) ** 2 / 100 for count in worn.values()) < 700  # chi-squared, 575 degrees, p = 0.0003


@pytest.mark.parametrize("step", [1, 2, 24, 576, 1_024])
def test_books_a_regular_step_apart_do_not_look_alike_in_turn(step: int) -> None:
    row = [cover_of(1 + step * place) for place in range(1_000)]
    pairs = sum(one.palette == other.palette or one.pattern == other.pattern for one, other in pairwise(row))

    assert 40 < pairs < 130  # about 82 of 1,000 by chance
