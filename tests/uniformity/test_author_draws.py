"""Draws from the books of one author are uniform.

Path covered: `Recommender.books_by_author` down to the real PostgreSQL. The false-alarm rate of each test is that of
`test_draws_are_uniform.py`.
"""

from random import Random

import pytest

from tests.support.biased_methods import neighbours
from tests.support.chi_square import FALSE_ALARM, p_of_books, p_of_pairs, p_of_places, together
from tests.support.drawing import Drawer
from tests.support.shelves import Shop

DRAWS = 2_000


@pytest.fixture
def books(shop: Shop) -> dict[int, int]:
    """Give the ten books of an author, in the order of ids; the catalogue has other books, too."""
    written = [shop.book(f"Book {number}", authors=["Author" if number % 2 else "Other"]) for number in range(20)]
    return dict(enumerate(written[1::2], 1))


def test_books_pairs_and_places_are_equally_likely(drawer: Drawer, books: dict[int, int]) -> None:
    answers = drawer.draws_by_author("Author", 2, DRAWS)
    wanted = set(books.values())
    assert together(*(judge(answers, wanted) for judge in (p_of_books, p_of_pairs, p_of_places))) > FALSE_ALARM


def test_control_books_in_a_row_are_rejected(books: dict[int, int]) -> None:
    random = Random(1)
    answers = [neighbours(books, random, 2) for _ in range(DRAWS)]
    assert p_of_pairs(answers, set(books.values())) < FALSE_ALARM
