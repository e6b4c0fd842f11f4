"""Genuine and forged page tokens, and book ids, to send in requests."""

import psycopg

from benchmarks import services
from benchmarks.processes import Program
from protobufs import recommendations_pb2 as pb
from recommendations.domain.model import ShuffleCursor
from recommendations.domain.page_token import encode_shuffle

SEED = 2**63 + 12_345


def of_page(service: Program, category: str, number: int) -> str:
    """Return the token of a page (from 1) of a new shuffle, by reading the pages one by one."""
    page = pb.RecommendBooksResponse()
    for _ in range(number):
        call = services.books_call(service, category, page_token=page.next_page_token)
        page = pb.RecommendBooksResponse.FromString(call.answer())
    return page.page_token


def forged(database_url: str, slug: str, offset: int, page_size: int, *, whole_shelf: bool) -> str:
    """Return a forged token for any offset of a shuffle of a category."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT id, high_water FROM category WHERE slug = %s", [slug]).fetchone()
    assert row, "the category is one of ours"
    return encode_shuffle(ShuffleCursor(row[0], SEED, row[1], offset, page_size, whole_shelf))


def some_books(database_url: str, slug: str, count: int) -> list[int]:
    """Return up to `count` book ids from all over a category's shelf."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT book_id FROM slot JOIN category ON category.id = category_id"
            " WHERE slug = %s AND book_id IS NOT NULL ORDER BY hashint4(position) LIMIT %s",
            [slug, count],
        ).fetchall()
    return [book_id for (book_id,) in rows]
