"""Synthetic catalogues of any size for benchmarks: deterministic, and skewed like real ones.

The books lie on a circle of N places in a scattered order, and the categories are arcs of it whose lengths follow a
power law. A book is in the category of its place; most are also in the category a third of the circle further, and some
in the one two thirds further. That makes two distinct categories on average.
"""

import sqlalchemy as sa

from recommendations.storage.whole_catalogue import WHOLE_CATALOGUE_ID
from seed.loading.slots import fill_slots
from seed.loading.tables import SLOT_TABLES, SYNTHETIC_TABLES, create_tables
from seed.loading.without_indexes import without_indexes
from seed.synthetic.plan import Plan, SyntheticError, arc_ends, scatter_step
from seed.synthetic.words import vocabulary


def synthesise(connection: sa.Connection, plan: Plan) -> None:
    """Fill an empty catalogue by set-based statements on the server. Commits nothing.

    The books have ISBNs but no keys, so no file ever matches them. Their fingerprints are digests of their numbers.

    Raises:
        SyntheticError: if the catalogue has a book.
    """
    if connection.scalar(sa.text("SELECT EXISTS (SELECT FROM book)")):
        raise SyntheticError("The catalogue has books: synthetic books need an empty catalogue.")
    create_tables(connection, *SLOT_TABLES, *SYNTHETIC_TABLES)
    _add_categories(connection, plan)
    with without_indexes(connection, "book", "slot"):
        connection.execute(sa.text(_ADD_BOOKS), {"books": plan.books, **vocabulary()})
        fill_slots(
            connection,
            _PLACEMENTS,
            {
                "books": plan.books,
                "step": scatter_step(plan.books),
                "whole": WHOLE_CATALOGUE_ID,
                "ends": [end * plan.books for end in arc_ends(plan)[:-1]],
            },
        )
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
            INSERT INTO synthetic_category
            SELECT id, substring(slug FROM '[0-9]+$')::integer FROM category WHERE slug LIKE 'synthetic-%'
        """)
    )


# `mix` is a hash of the number; its digits in mixed bases choose the words. The check digit of an ISBN-13 completes the
# sum of the digits, weighted 1, 3, 1, 3 …, to a multiple of ten; 9799 contributes 66.
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
        ) AS with_mix
    ) AS with_words
    ORDER BY number
"""

_PLACEMENTS = """
    SELECT id, CAST(:whole AS integer) FROM book
    UNION ALL
    SELECT id, category_id
    FROM (
        SELECT id, 1 + width_bucket(
            CAST((id * :step + turn * CAST(:books AS bigint) / 3) % :books AS double precision),
            CAST(:ends AS double precision[])
        ) AS rank
        FROM book, generate_series(0, CASE id % 4 WHEN 0 THEN 0 WHEN 1 THEN 2 ELSE 1 END) AS turn
    ) AS placed JOIN synthetic_category USING (rank)
"""
