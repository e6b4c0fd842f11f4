"""Shelves without repeated books: the first is uniform, and so is each later one given those before it.

Path covered: `Recommender.shelves` with `distinct_books`, down to the real PostgreSQL. The false-alarm rate of each
test is that of `test_draws_are_uniform.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random

import pytest

from tests.support.chi_square import FALSE_ALARM, p_of_books, p_of_pairs, p_of_places, together
from tests.support.drawing import Drawer, ids
from tests.support.shelves import FilledShelf, Shop

DRAWS = 8_000
SIZE = 2
Books = tuple[int, ...]


@pytest.fixture
def overlapping(shop: Shop) -> tuple[set[int], set[int]]:
    """Give the books of two shelves with empty slots, of eight books each, four of which are on both."""
    mystery = shop.shelf("mystery", 20, empty=range(6, 18))
    poetry = shop.shelf("poetry", 9, empty=(2, 3, 4, 5, 7))
    shared = sorted(mystery.book_ids)[2:6]
    shop.append(poetry.id, shared)
    return mystery.book_ids, poetry.book_ids | set(shared)


def p_of_later(answers: Iterable[tuple[Books, Books]], books: set[int]) -> float:
    """Return the p-value of "given the first shelf, each pair of books that are not on it is equally likely"."""
    by_first: dict[frozenset[int], list[Books]] = defaultdict(list)
    for first, later in answers:
        by_first[frozenset(first) & books].append(later)
    assert len(by_first) == 1 + 4 + 6, "none, one or two of the shared books"
    return together(*(p_of_pairs(later, books - first) for first, later in by_first.items()))


def p_of_first(answers: Sequence[tuple[Books, Books]], books: set[int]) -> float:
    """Return the p-value of "the first shelf is uniform"."""
    first = [books for books, _ in answers]
    return together(p_of_books(first, books), p_of_pairs(first, books), p_of_places(first, books))


def test_the_first_shelf_is_uniform_and_the_next_one_given_it(
    drawer: Drawer, overlapping: tuple[set[int], set[int]]
) -> None:
    pages = drawer.shelves(DRAWS, SIZE, distinct_books=True)
    answers = [(ids(first), ids(second)) for first, second in pages]
    assert {len({*first, *second}) for first, second in answers} == {2 * SIZE}
    mystery, poetry = overlapping
    assert together(p_of_first(answers, mystery), p_of_later(answers, poetry)) > FALSE_ALARM


def drawn_again_on_a_repeat(mystery: list[int], poetry: list[int], random: Random) -> tuple[Books, Books]:
    """Draw both shelves again until they share no book."""
    while True:
        first, second = random.sample(mystery, SIZE), random.sample(poetry, SIZE)
        if not set(first) & set(second):
            return tuple(first), tuple(second)


def removed_from_the_earlier_shelf(mystery: list[int], poetry: list[int], random: Random) -> tuple[Books, Books]:
    """Keep a repeated book on the later shelf, and fill the earlier one from its spare."""
    first, second = random.sample(mystery, 2 * SIZE), random.sample(poetry, SIZE)
    return tuple([book for book in first if book not in second][:SIZE]), tuple(second)


@pytest.mark.parametrize("method", [drawn_again_on_a_repeat, removed_from_the_earlier_shelf])
def test_control_favouring_books_that_are_on_one_shelf_only_is_rejected(
    overlapping: tuple[set[int], set[int]], method: object
) -> None:
    random, (mystery, poetry) = Random(1), overlapping
    answers = [method(sorted(mystery), sorted(poetry), random) for _ in range(DRAWS)]  # type: ignore[operator]
    assert p_of_first(answers, mystery) < FALSE_ALARM


def test_a_shelf_that_shows_fewer_books_is_uniform_too(shop: Shop, drawer: Drawer) -> None:
    shelf: FilledShelf = shop.shelf("a", 6)
    for slug in ("b", "c"):
        shop.append(shop.category(slug), list(shelf.books.values()))
    third = [ids(pages[2]) for pages in drawer.shelves(6_000, SIZE, distinct_books=True)]
    assert {len(books) for books in third} == {0, 1, 2}, "its spare is not always enough"
    assert p_of_books(third, shelf.book_ids) > FALSE_ALARM
