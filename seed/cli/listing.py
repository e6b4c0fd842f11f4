"""What is on the shelves."""

import json

import sqlalchemy as sa

from recommendations.storage.models import WHOLE_CATALOGUE_ID, Category


def category_rows(connection: sa.Connection) -> list[tuple[str, str, int]]:
    """Return each category's slug, name and number of books, those with the most first."""
    rows = connection.execute(
        sa.select(Category.slug, Category.name, Category.book_count)
        .where(Category.id != WHOLE_CATALOGUE_ID)
        .order_by(Category.book_count.desc(), Category.slug)
    )
    return [(row.slug, row.name, row.book_count) for row in rows]


def book_count(connection: sa.Connection) -> int:
    """Return the number of books of the whole catalogue."""
    return connection.scalar(sa.select(Category.book_count).where(Category.id == WHOLE_CATALOGUE_ID)) or 0


def listed(rows: list[tuple[str, str, int]], books: int, *, as_json: bool) -> str:
    """Return the categories as a table for people, or as one line of JSON each."""
    if as_json:
        return "\n".join(
            json.dumps({"slug": slug, "name": name, "book_count": count}, ensure_ascii=False)
            for slug, name, count in rows
        )
    widest = max((len(slug) for slug, _, _ in rows), default=0)
    lines = [f"{count:>11,}  {slug:<{widest}}  {name}" for slug, name, count in rows]
    return "\n".join([*lines, f"{books:>11,}  books in {len(rows):,} categories"])
