"""Shelves of chosen shapes: with empty slots, nearly empty, of round sizes."""

from functools import partial

import psycopg

from benchmarks.environment import Environment
from recommendations.domain import draw

FULL = "bench-full"
"""Every slot holds a book."""

WITH_GAPS = "bench-gaps"
"""As many positions, 30 % of them empty."""

SPARSE = "bench-sparse"
"""Ten times as many positions, and as many books as a shelf in whole-read mode may have."""

SINGLE = "bench-single-book"
"""Ten times as many positions, and one book."""

SMALL = "bench-small"
"""A tenth as many positions, each with a book."""

_FILLED = {
    FULL: "true",
    WITH_GAPS: "abs(hashint4(position)::bigint) % 10 >= 3",
    SPARSE: f"position % {draw.SPARSE} = 0",
    SINGLE: "position = places * 617 / 1000",
    SMALL: "true",
}
_PLACES = {FULL: 1.0, WITH_GAPS: 1.0, SPARSE: 10.0, SINGLE: 10.0, SMALL: 0.1}

_MAKE = """
    WITH places AS (
        SELECT position, {filled} AS filled
        FROM generate_series(1, %(places)s) AS position, (SELECT %(places)s::bigint AS places)
    ), numbered AS (
        SELECT position, CASE WHEN filled THEN count(*) FILTER (WHERE filled) OVER (ORDER BY position) END AS number
        FROM places
    ), books AS (
        SELECT id, row_number() OVER (ORDER BY id) AS number FROM book
    ), made AS (
        INSERT INTO category (slug, name, book_count, high_water)
        SELECT %(slug)s, %(slug)s, count(number), %(places)s FROM numbered RETURNING id
    )
    INSERT INTO slot (category_id, position, book_id)
    SELECT made.id, position, books.id FROM made, numbered LEFT JOIN books USING (number)
"""


def database(environment: Environment) -> str:
    """Return the URL of a database with these shelves besides the usual ones."""
    size = environment.scale.shelf_size
    fill = partial(_fill, size=size)
    return environment.database(f"shelves_{size}_{draw.SPARSE}", fill, template=environment.catalogue(size))


def places_of(environment: Environment, slug: str) -> int:
    """Return the number of positions of one of these shelves."""
    return int(environment.scale.shelf_size * _PLACES[slug])


def _fill(url: str, size: int) -> None:
    with psycopg.connect(url) as connection:
        for slug, filled in _FILLED.items():
            values = {"slug": slug, "places": int(size * _PLACES[slug])}
            connection.execute(_MAKE.format(filled=filled.replace("%", "%%")), values)
