"""Groups the list of categories by first letter."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from marketplace.domain import CategoriesPage, CategoriesQuery, Category


class Letter(NamedTuple):
    """An initial that occurs in the whole list."""

    name: str
    starting_at: str
    """The value of `starting_at` for which the list begins with this letter."""

    part: int
    """The number of the group on this page that begins with the letter's first category; 0 if there is none."""


class Groups(NamedTuple):
    """The categories of a page by initial, and the initials of the whole list."""

    groups: Sequence[tuple[str, Sequence[Category]]]
    letters: Sequence[Letter]


def by_initial(page: CategoriesPage, query: CategoriesQuery) -> Groups:
    """Group categories, which are sorted by name, by first letter. Within a group, 2 comes before 10."""
    names = groupby(page.categories, key=lambda category: initial_of(category.name))
    groups = [(initial, sorted(group, key=lambda category: natural_key(category.name))) for initial, group in names]
    return Groups(groups, _letters(page, [initial for initial, _ in groups], query))


def _letters(page: CategoriesPage, on_page: Sequence[str], query: CategoriesQuery) -> list[Letter]:
    parts = {initial: number for number, initial in reversed(list(enumerate(on_page, 1)))}
    if (query.page_token or query.starting_at) and on_page:
        parts[on_page[0]] = 0  # this group may begin on an earlier page
    texts: dict[str, str] = {}
    for text in page.initials or on_page:
        texts.setdefault(initial_of(text), text)
    return [Letter(name, text, parts.get(name, 0)) for name, text in texts.items()]


def initial_of(name: str) -> str:
    """Return the first letter in upper case; all digits count as one initial."""
    return "0–9" if re.match("[0-9]", name) else name[:1].upper()  # noqa: RUF001  # a range of digits


def natural_key(name: str) -> list[tuple[int, str]]:
    """Return a sort key that orders 2 before 10, and ignores case."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(int(part[:18]), part) if part[0].isascii() and part[0].isdigit() else (0, part) for part in parts]
