"""Draws while two writers insert, delete and compact: never short, no book twice, no deadlock, and uniform.

Path covered: `Recommender.books` down to the real PostgreSQL, as in `test_draws_are_uniform.py`.

It runs for BOOKSTALL_CHURN_S seconds (4; `make bench` takes 60). The order of events differs between runs,
so here the false-alarm rate is real: a correct method fails once in 1,000,000 runs.
"""

import os
import time

import pytest

from tests.support.chi_square import FALSE_ALARM, p_of_books
from tests.support.drawing import Drawer
from tests.support.shelf_writers import Writer, writing
from tests.support.shelves import FilledShelf, Shop

DURATION_S = float(os.environ.get("BOOKSTALL_CHURN_S", "4"))
SIZE = 5
STABLE = 60


def churning_shelf(shop: Shop) -> tuple[FilledShelf, set[int]]:
    """Make a shelf with 60 books that stay and 60 slots whose books change; return it and the ids of the 60."""
    shelf = shop.shelf("mystery", 2 * STABLE, empty=range(40, 70))
    staying = set(sorted(shelf.book_ids)[:STABLE])
    shop.run("UPDATE book SET title = 'churn' WHERE NOT id = ANY(%s)", list(staying))
    return shelf, staying


@pytest.mark.time_limit(60 + DURATION_S, reason="it draws for BOOKSTALL_CHURN_S seconds")
def test_draws_beside_two_writers_are_whole_and_uniform(shop: Shop, drawer: Drawer, database_url: str) -> None:
    shelf, staying = churning_shelf(shop)
    writers = [Writer(database_url, shelf.id, seed) for seed in (1, 2)]
    answers: list[tuple[int, ...]] = []
    with writing(writers) as check:
        end = time.monotonic() + DURATION_S
        while time.monotonic() < end:
            # Each draw from a shelf that the writers have nearly emptied may read 4,000 positions, and the service
            # refuses to read more than 100,000.
            answers += drawer.draws("mystery", SIZE, 24)
            check()
    assert {len(answer) for answer in answers} == {SIZE}
    assert {len(set(answer)) for answer in answers} == {SIZE}
    assert all(writer.changes > 50 for writer in writers)
    assert p_of_books(answers, staying) > FALSE_ALARM


def test_control_books_behind_each_position_are_rejected_on_a_moving_shelf(
    shop: Shop, drawer: Drawer, database_url: str
) -> None:
    shelf, staying = churning_shelf(shop)
    behind = "SELECT book_id FROM slot WHERE category_id = %s AND position >= %s AND book_id IS NOT NULL LIMIT 5"
    answers = []
    with writing([Writer(database_url, shelf.id, seed) for seed in (1, 2)]):
        for start in range(1, 91):
            answers += [[book for (book,) in shop.connection.execute(behind.encode(), [shelf.id, start])]] * 8
    assert p_of_books(answers, staying) < FALSE_ALARM
