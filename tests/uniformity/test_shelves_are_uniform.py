"""Shelves that are drawn by one statement are each uniform, and none depends on another.

Path covered: `Recommender.shelves` down to the real PostgreSQL. The false-alarm rate of each test is that of
`test_draws_are_uniform.py`.
"""

from random import Random

import pytest

from recommendations.domain.shuffle import SEED_BITS, shuffled
from tests.support.biased_methods import neighbours
from tests.support.chi_square import FALSE_ALARM, p_of_cells, p_of_pairs, p_of_places, together
from tests.support.drawing import Drawer, ids
from tests.support.shelves import FilledShelf, Shop

PLACES = 20
DRAWS = 3_000


@pytest.fixture
def filled(shop: Shop) -> tuple[FilledShelf, FilledShelf]:
    """Give two shelves with equally many positions; the first has one book more."""
    mystery = shop.shelf("mystery", PLACES, empty=range(6, 13))
    return mystery, shop.shelf("poetry", PLACES, empty=(1, 4, 5, 9, 12, 13, 17, 20))


def p_of_firsts(answers: list[list[tuple[int, ...]]], filled: tuple[FilledShelf, FilledShelf]) -> float:
    """Return the p-value of "the first book of one shelf says nothing of the other's"."""
    firsts = ((one[0], other[0]) for one, other in answers)
    return p_of_cells(firsts, [(one, other) for one in filled[0].book_ids for other in filled[1].book_ids])


def test_each_shelf_is_uniform_and_says_nothing_of_the_next(
    drawer: Drawer, filled: tuple[FilledShelf, FilledShelf]
) -> None:
    answers = [[ids(page) for page in pages] for pages in drawer.shelves(DRAWS, 2)]
    p_values = [p_of_firsts(answers, filled)]
    for shelf, drawn in zip(filled, zip(*answers, strict=True), strict=True):
        p_values += [p_of_pairs(drawn, shelf.book_ids), p_of_places(drawn, shelf.book_ids)]
    assert together(*p_values) > FALSE_ALARM


def test_control_shelves_of_books_in_a_row_are_rejected_as_pairs(filled: tuple[FilledShelf, FilledShelf]) -> None:
    random = Random(1)
    for shelf in filled:
        drawn = [neighbours(shelf.books, random, 2) for _ in range(DRAWS)]
        assert p_of_places(drawn, shelf.book_ids) > FALSE_ALARM
        assert p_of_pairs(drawn, shelf.book_ids) < FALSE_ALARM


def test_control_one_seed_for_all_shelves_is_rejected_though_each_shelf_is_uniform(
    filled: tuple[FilledShelf, FilledShelf],
) -> None:
    seeds = Random(2)
    answers = []
    for _ in range(DRAWS):
        places = shuffled(seeds.getrandbits(SEED_BITS), PLACES, 0, PLACES)
        answers.append([tuple(shelf.books[place] for place in places if place in shelf.books)[:2] for shelf in filled])
    for shelf, drawn in zip(filled, zip(*answers, strict=True), strict=True):
        assert together(p_of_pairs(drawn, shelf.book_ids), p_of_places(drawn, shelf.book_ids)) > FALSE_ALARM
    assert p_of_firsts(answers, filled) < FALSE_ALARM
