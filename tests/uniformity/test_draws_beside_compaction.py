"""Draws while `seed compact` moves books and cuts tails: never short, no book twice, no deadlock, and uniform.

Path covered: `Recommender.books` and `seed.maintenance.compact` down to the real PostgreSQL. It runs for
BOOKSTALL_CHURN_S seconds (3). As in `test_draws_beside_writers.py`, the false-alarm rate is real: a correct method
fails once in 1,000,000 runs.
"""

import os
import time
from collections.abc import Sequence
from random import Random

import pytest
import sqlalchemy as sa

from recommendations.domain.model import BookRow, ShelfRead
from recommendations.domain.shuffle import SEED_BITS, shuffled
from recommendations.storage.queries import read_positions
from seed.maintenance.compact import compact
from tests.support.chi_square import FALSE_ALARM, p_of_books
from tests.support.drawing import Drawer
from tests.support.shelf_writers import Compactor, Writer, writing
from tests.support.shelves import Shop

DURATION_S = float(os.environ.get("BOOKSTALL_CHURN_S", "3"))
SIZE = 5
PLACES = 120
STABLE = 60


@pytest.mark.time_limit(60 + DURATION_S, reason="it draws for BOOKSTALL_CHURN_S seconds")
def test_draws_beside_compaction_are_whole_and_uniform(
    shop: Shop, drawer: Drawer, database_url: str, engine: sa.Engine
) -> None:
    shelf = shop.shelf("mystery", PLACES, empty=range(40, 70))
    staying = set(sorted(shelf.book_ids)[:STABLE])
    shop.run("UPDATE book SET title = 'churn' WHERE NOT id = ANY(%s)", list(staying))
    # The book count is too large, so the first read of the service often falls short.
    shop.run("UPDATE category SET book_count = %s WHERE id = %s", PLACES, shelf.id)
    compactor, writer = Compactor(engine), Writer(database_url, shelf.id, 1, compacts=False)
    answers: list[tuple[int, ...]] = []
    with writing([compactor, writer]) as check:
        end = time.monotonic() + DURATION_S
        while time.monotonic() < end:
            answers += drawer.draws("mystery", SIZE, 256)
            check()
    assert {len(answer) for answer in answers} == {SIZE}
    assert {len(set(answer)) for answer in answers} == {SIZE}
    assert min(compactor.changes, writer.changes) > 50
    assert p_of_books(answers, staying) > FALSE_ALARM


def ids(books: Sequence[BookRow | None]) -> list[int]:
    """Return the ids of the books that were read."""
    return [book.id for book in books if book]


def test_control_draws_topped_up_after_a_compaction_are_rejected(shop: Shop, engine: sa.Engine) -> None:
    size, seeds = 10, Random(2)
    # Compaction moves the last ten of the 20 books into the first ten gaps.
    shelf = shop.shelf("mystery", 40, empty=[*range(1, 11), *range(21, 31)])
    shuffles = [shuffled(seeds.getrandbits(SEED_BITS), 40, 0, 40) for _ in range(1_000)]
    with engine.connect() as connection:
        before = read_positions(connection, [ShelfRead(shelf.id, steps[:size]) for steps in shuffles]).books
        connection.rollback()
        assert compact(engine, log=print).moved == 10
        after = read_positions(connection, [ShelfRead(shelf.id, steps[size:]) for steps in shuffles]).books
    # The keys of a dictionary, because both statements may read a book that has moved.
    answers = [list(dict.fromkeys(ids(result) + ids(more)))[:size] for result, more in zip(before, after, strict=True)]
    assert {len(answer) for answer in answers} == {size}
    assert p_of_books(answers, shelf.book_ids) < FALSE_ALARM
