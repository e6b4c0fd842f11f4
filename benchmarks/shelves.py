"""Shelves of chosen shapes: with empty slots, nearly empty, of round sizes."""

from functools import partial

import psycopg

from benchmarks.environment import Stage
from recommendations.domain import draw

FULL = "bench-full"
"""Every slot holds a book."""

HOLED = "bench-holed"
"""As many places, 30 % of them empty, here and there."""

SPARSE = "bench-sparse"
"""Ten times as many places, and as many books as a shelf may have that is shuffled by books."""

LONELY = "bench-lonely"
"""Ten times as many places, and one book."""

SMALL = "bench-small"
"""A tenth as many places, all with a book."""

_FILLED = {
    FULL: "true",
    HOLED: "abs(hashint4(position)::bigint) % 10 >= 3",
    SPARSE: f"position % {draw.SPARSE} = 0",
    LONELY: "position = places * 617 / 1000",
    SMALL: "true",
}
_PLACES = {FULL: 1.0, HOLED: 1.0, SPARSE: 10.0, LONELY: 10.0, SMALL: 0.1}

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


def database(stage: Stage) -> str:
    """Return the address of a database with these shelves, besides the usual ones."""
    size = stage.scale.shelf_size
    fill = partial(_fill, size=size)
    return stage.database(f"shelves_{size}_{draw.SPARSE}", fill, template=stage.catalogue(size))


def places_of(stage: Stage, slug: str) -> int:
    """Return how many places one of these shelves has."""
    return int(stage.scale.shelf_size * _PLACES[slug])


def _fill(url: str, size: int) -> None:
    with psycopg.connect(url) as connection:
        for slug, filled in _FILLED.items():
            values = {"slug": slug, "places": int(size * _PLACES[slug])}
            connection.execute(_MAKE.format(filled=filled.replace("%", "%%")), values)
