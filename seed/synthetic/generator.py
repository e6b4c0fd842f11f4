"""Made-up catalogues of any size, the same each time, skewed like real ones: for benchmarks.

The books lie on a circle of N places in a scattered order, and the categories are arcs of it
whose lengths follow a power law. A book stands in the category of its place, most also in
that a third of the circle further on, some in that of two thirds: two on average, all distinct.
"""

import math
from dataclasses import dataclass
from itertools import accumulate

import sqlalchemy as sa

from recommendations.storage.models import WHOLE_CATALOGUE_ID
from seed.loading.slots import fill_slots
from seed.loading.without_indexes import bare
from seed.synthetic.words import vocabulary

CATEGORIES = 200
LARGEST_SHARE = 0.1
MOST_BOOKS = 90_000_000
"""As many ISBNs as are made up here; they begin with 97999, which is given to nobody."""

_GOLDEN = (math.sqrt(5) - 1) / 2


class SyntheticError(ValueError):
    """Such a catalogue cannot be made; the message is one sentence."""


@dataclass(frozen=True)
class Plan:
    """What is to be made."""

    books: int
    categories: int = CATEGORIES
    largest_share: float = LARGEST_SHARE
    """The part of all books that stand in the largest category."""

    def __post_init__(self) -> None:
        if not 1 <= self.books <= MOST_BOOKS:
            raise SyntheticError(f"The number of books must be from 1 to {MOST_BOOKS:,}.")
        if not 3 <= self.categories <= 100_000:  # noqa: PLR2004
            raise SyntheticError("The number of categories must be from 3 to 100,000.")
        if not 2 / self.categories <= self.largest_share <= 0.6:  # noqa: PLR2004
            raise SyntheticError(
                f"The largest of {self.categories} categories can hold from {2 / self.categories:.3f} to 0.6 of all "
                f"books, each standing in two."
            )


def arc_ends(plan: Plan) -> list[float]:
    """Return where each category's arc ends on a circle of length 1; the first is the longest, half the largest share.

    Lengths fall as rank ** -a; a is found by bisection so that they sum to 1.
    """
    target = 2 / plan.largest_share

    def total(exponent: float) -> float:
        return math.fsum(rank**-exponent for rank in range(1, plan.categories + 1))

    low, high = 0.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if total(middle) > target else (low, middle)
    return list(accumulate(rank**-low / target for rank in range(1, plan.categories + 1)))


def scatter(books: int) -> int:
    """Return a step, near the golden section of the number and without a common divisor, that visits every place."""
    step = max(1, round(books * _GOLDEN))
    while math.gcd(step, books) > 1:
        step += 1
    return step


def synthesise(connection: sa.Connection, plan: Plan) -> None:
    """Fill an empty catalogue, by set-based statements on the server. Commits nothing.

    The made-up books have ISBNs and no keys: no file ever finds them. Their fingerprints are
    digests of their numbers.

    Raises:
        SyntheticError: if the catalogue has a book.
    """
    if connection.scalar(sa.text("SELECT EXISTS (SELECT FROM book)")):
        raise SyntheticError("The catalogue has books: a synthetic one goes into an empty database only.")
    _add_categories(connection, plan)
    with bare(connection, "book", "slot"):
        connection.execute(sa.text(_ADD_BOOKS), {"books": plan.books, **vocabulary()})
        connection.execute(
            sa.text(_STAND),
            {
                "books": plan.books,
                "step": scatter(plan.books),
                "whole": WHOLE_CATALOGUE_ID,
                "ends": [end * plan.books for end in arc_ends(plan)[:-1]],
            },
        )
        fill_slots(connection)
    connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('book', 'id'), max(id)) FROM book"))


def _add_categories(connection: sa.Connection, plan: Plan) -> None:
    connection.execute(
        sa.text("""
            INSERT INTO category (slug, name)
            SELECT 'synthetic-' || lpad(rank::text, 6, '0'), 'Synthetic ' || rank
            FROM generate_series(1, :categories) AS rank ORDER BY rank
            ON CONFLICT (slug) DO NOTHING
        """),
        {"categories": plan.categories},
    )
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE synthetic_shelf ON COMMIT DROP AS
            SELECT id AS category_id, substring(slug FROM '[0-9]+$')::integer AS rank
            FROM category WHERE slug LIKE 'synthetic-%'
        """)
    )


# `mix` is a hash of the number: its digits in mixed bases choose the words. ISBN-13's check digit
# closes the sum of the digits, weighted 1, 3, 1, 3 …, to a multiple of ten; 9799 counts 66.
_ADD_BOOKS = """
    INSERT INTO book (id, isbn, title, authors, year, language, cover_url, fingerprint)
    SELECT number,
           '9799' || digits || (
               10 - (66 + d[1] + 3 * d[2] + d[3] + 3 * d[4] + d[5] + 3 * d[6] + d[7] + 3 * d[8]) % 10
           ) % 10,
           CASE number % 5
               WHEN 0 THEN 'The ' || adjective || ' ' || noun
               WHEN 1 THEN noun || ' and ' || (CAST(:nouns AS text[]))[1 + mix / 331 % 32]
               WHEN 2 THEN 'The ' || noun || ' in ' || place
               WHEN 3 THEN adjective || ' ' || noun || ' of ' || place
               ELSE place || ', ' || (1500 + mix % 500)
           END || CASE WHEN mix / 32768 % 8 = 0 THEN '' ELSE ', volume ' || (1 + mix / 32768 % 97) END,
           CASE WHEN number % 9 = 0 THEN ARRAY[author, second_author] ELSE ARRAY[author] END,
           CASE WHEN number % 41 <> 0 THEN 2024 - (mix % 173) * (mix / 173 % 7) / 4 END,
           (CAST(:languages AS text[]))[1 + mix / 5 % 8],
           'https://covers.example/' || digits || '.jpg',
           md5(number::text)::uuid
    FROM (
        SELECT number, mix, lpad(number::text, 8, '0') AS digits,
               CAST(string_to_array(lpad(number::text, 8, '0'), NULL) AS integer[]) AS d,
               (CAST(:adjectives AS text[]))[1 + mix / 32 % 24] AS adjective,
               (CAST(:nouns AS text[]))[1 + mix % 32] AS noun,
               (CAST(:places AS text[]))[1 + mix / 768 % 24] AS place,
               (CAST(:given AS text[]))[1 + mix / 7 % 24] || ' ' || (CAST(:family AS text[]))[1 + mix / 168 % 32]
                   AS author,
               (CAST(:given AS text[]))[1 + mix / 11 % 24] || ' ' || (CAST(:family AS text[]))[1 + mix / 264 % 32]
                   AS second_author
        FROM (
            SELECT number, CAST(hashint8(number) AS bigint) & 2147483647 AS mix
            FROM generate_series(1, CAST(:books AS bigint)) AS number
        ) AS mixed
    ) AS worded
    ORDER BY number
"""

_STAND = """
    CREATE TEMPORARY TABLE addition ON COMMIT DROP AS
    SELECT id AS book_id, CAST(:whole AS integer) AS category_id FROM book
    UNION ALL
    SELECT id, category_id
    FROM (
        SELECT id, 1 + width_bucket(
            CAST((id * :step + turn * CAST(:books AS bigint) / 3) % :books AS double precision),
            CAST(:ends AS double precision[])
        ) AS rank
        FROM book, generate_series(0, CASE id % 4 WHEN 0 THEN 0 WHEN 1 THEN 2 ELSE 1 END) AS turn
    ) AS standing JOIN synthetic_shelf USING (rank)
"""
