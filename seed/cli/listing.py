"""Lists the categories of the catalogue."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from recommendations.storage.whole_catalogue import WHOLE_CATALOGUE_ID


class CategoryRow(NamedTuple):
    """A category, and how many books it has."""

    slug: str
    name: str
    book_count: int


def category_rows(connection: sa.Connection) -> list[CategoryRow]:
    """Return all categories, largest first."""
    rows = connection.execute(
        sa.text("SELECT slug, name, book_count FROM category WHERE id <> :whole ORDER BY book_count DESC, slug"),
        {"whole": WHOLE_CATALOGUE_ID},
    )
    return [CategoryRow(row.slug, row.name, row.book_count) for row in rows]


def book_count(connection: sa.Connection) -> int:
    """Return the number of books in the catalogue."""
    return (
        connection.scalar(sa.text("SELECT book_count FROM category WHERE id = :whole"), {"whole": WHOLE_CATALOGUE_ID})
        or 0
    )


def listed(categories: Sequence[CategoryRow], books: int, *, as_json: bool) -> str:
    """Return the categories as a table, or as one line of JSON each."""
    if as_json:
        return "\n".join(json.dumps(category._asdict(), ensure_ascii=False) for category in categories)
    width = max((len(category.slug) for category in categories), default=0)
    lines = [f"{category.book_count:>11,}  {category.slug:<{width}}  {category.name}" for category in categories]
    return "\n".join([*lines, f"{books:>11,}  books in {len(categories):,} categories"])
