"""Draws from shelves that do not change are uniform.

Path covered: `Recommender.books`, `page_draw`, `shuffle`, `Batcher`, `queries.read_positions` and the real
PostgreSQL; only gRPC and validation are left out, except in the last test, which goes through the RPC.

Each test combines its p-values and compares the result with `FALSE_ALARM`: without fixed seeds, a correct method would
fail a test once in 1,000,000 runs. Each test has a control: a biased method that the same check rejects.
"""

from itertools import permutations
from random import Random

import pytest

from protobufs import recommendations_pb2 as pb
from recommendations.domain.model import BooksQuery
from recommendations.domain.page_token import decode_shuffle
from tests.support.biased_methods import at_least_random_id, neighbours, successors
from tests.support.chi_square import FALSE_ALARM, p_of_books, p_of_cells, p_of_pairs, p_of_places, together
from tests.support.drawing import Drawer, ids
from tests.support.service import SERVING, database_of, serving
from tests.support.shelves import WHOLE_CATALOGUE_ID, FilledShelf, Shop

PLACES = 20
ONE_RUN = range(6, 14)
SCATTERED = (1, 4, 5, 9, 12, 13, 17, 20)
DRAWS = 15_000
layouts = pytest.mark.parametrize("empty", [ONE_RUN, SCATTERED, ()], ids=["40% in one run", "40% scattered", "none"])


@pytest.fixture
def shelf(shop: Shop) -> FilledShelf:
    return shop.shelf("mystery", PLACES, ONE_RUN)


@layouts
def test_books_pairs_and_places_are_equally_likely_over_gaps(
    shop: Shop, drawer: Drawer, empty: tuple[int, ...]
) -> None:
    books = shop.shelf("mystery", PLACES, empty).book_ids
    answers = drawer.draws("mystery", 2, DRAWS)
    p_values = [judge(answers, books) for judge in (p_of_books, p_of_pairs, p_of_places)]
    assert together(*p_values) > FALSE_ALARM


@layouts
def test_control_books_in_a_row_are_rejected_as_pairs_though_not_as_books(shop: Shop, empty: tuple[int, ...]) -> None:
    random, shelf = Random(1), shop.shelf("mystery", PLACES, empty)
    answers = [neighbours(shelf.books, random, 2) for _ in range(DRAWS)]
    assert p_of_books(answers, shelf.book_ids) > FALSE_ALARM
    assert p_of_pairs(answers, shelf.book_ids) < FALSE_ALARM


@pytest.mark.parametrize("empty", [ONE_RUN, SCATTERED], ids=["40% in one run", "40% scattered"])
@pytest.mark.parametrize("wrong", [at_least_random_id, successors])
def test_control_books_after_a_random_key_are_rejected(shop: Shop, empty: tuple[int, ...], wrong: object) -> None:
    random, shelf = Random(2), shop.shelf("mystery", PLACES, empty)
    answers = [wrong(shelf.books, random, 2) for _ in range(DRAWS)]  # type: ignore[operator]
    for judge in (p_of_books, p_of_pairs, p_of_places):
        assert judge(answers, shelf.book_ids) < FALSE_ALARM


def test_each_place_of_a_longer_answer_is_uniform(drawer: Drawer, shelf: FilledShelf) -> None:
    answers = drawer.draws("mystery", 8, 5_000)
    assert together(p_of_places(answers, shelf.book_ids), p_of_books(answers, shelf.book_ids)) > FALSE_ALARM


def test_control_a_longer_answer_in_the_shelfs_order_is_rejected(drawer: Drawer, shelf: FilledShelf) -> None:
    answers = [tuple(sorted(answer)) for answer in drawer.draws("mystery", 8, 1_000)]
    assert p_of_places(answers, shelf.book_ids) < FALSE_ALARM


@pytest.fixture
def few(shop: Shop) -> FilledShelf:
    return shop.shelf("few", 9, empty=(1, 3, 4, 5, 8, 9))


def test_all_books_of_a_short_shelf_come_in_any_order(drawer: Drawer, few: FilledShelf) -> None:
    orders = list(permutations(few.books.values()))
    assert p_of_cells(drawer.draws("few", 5, 3_000), orders) > FALSE_ALARM


def test_control_a_short_shelf_from_a_random_book_onwards_is_rejected(few: FilledShelf) -> None:
    random, orders = Random(6), list(permutations(few.books.values()))
    answers = [tuple(neighbours(few.books, random, 3)) for _ in range(3_000)]
    assert p_of_places(answers, few.book_ids) > FALSE_ALARM, (
        "each book is equally likely at each place, but not each order"
    )
    assert p_of_cells(answers, orders) < FALSE_ALARM


def test_short_shelves_give_what_they_have(shop: Shop, drawer: Drawer) -> None:
    shop.shelf("none", 6, empty=range(1, 7))
    one = shop.shelf("one", 6, empty=(1, 2, 4, 5, 6))
    assert set(drawer.draws("none", 2, 200)) == {()}
    assert set(drawer.draws("one", 2, 200)) == {tuple(one.book_ids)}


@pytest.fixture
def overlapping(shop: Shop) -> list[FilledShelf]:
    """Give shelves of which three hold the same books again, and a catalogue with gaps of its own."""
    mystery, poetry = shop.shelf("mystery", 8), shop.shelf("poetry", 8, empty=(2, 3))
    for slug in ("again", "and-again", "once-more"):
        shop.append(shop.category(slug), list(mystery.books.values()))
    shop.run("UPDATE slot SET position = position + 100 WHERE category_id = 0 AND position > 5")
    shop.recount()
    assert shop.number("SELECT max(position) FROM slot WHERE category_id = %s", WHOLE_CATALOGUE_ID) == 114
    return [mystery, poetry]


def test_books_in_many_categories_are_no_more_likely_in_the_whole_catalogue(
    drawer: Drawer, overlapping: list[FilledShelf]
) -> None:
    books = {book for shelf in overlapping for book in shelf.book_ids}
    answers = drawer.draws("", 2, DRAWS)
    assert together(p_of_books(answers, books), p_of_pairs(answers, books)) > FALSE_ALARM


def test_control_a_book_of_a_random_category_is_rejected(drawer: Drawer, overlapping: list[FilledShelf]) -> None:
    books = {book for shelf in overlapping for book in shelf.book_ids}
    slugs = ["mystery", "poetry", "again", "and-again", "once-more"]
    answers = [answer for slug in slugs for answer in drawer.draws(slug, 1, 300)]
    assert p_of_books(answers, books) < FALSE_ALARM


def test_what_is_left_by_exclusions_is_uniform(drawer: Drawer, shelf: FilledShelf) -> None:
    excluded = frozenset(sorted(shelf.book_ids)[3:8])
    answers = drawer.draws("mystery", 2, DRAWS // 2, excluded)
    left = shelf.book_ids - excluded
    assert together(p_of_books(answers, left), p_of_pairs(answers, left)) > FALSE_ALARM


def test_control_the_next_book_in_place_of_an_excluded_one_is_rejected(drawer: Drawer, shelf: FilledShelf) -> None:
    order = sorted(shelf.book_ids)
    excluded, left = set(order[3:8]), [*order[:3], *order[8:]]
    drawn = [answer[0] for answer in drawer.draws("mystery", 1, 2_000)]
    answers = [[order[8] if book in excluded else book] for book in drawn]
    assert p_of_books(answers, left) < FALSE_ALARM


def second_pages(drawer: Drawer, count: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the first two pages of `count` shuffles, of two books each."""
    first = drawer.pages([BooksQuery("mystery", 2, None, frozenset())] * count)
    places = [decode_shuffle(page.next_page_token, max_page_size=100) for page in first]
    second = drawer.pages([BooksQuery("mystery", 2, place, frozenset()) for place in places])
    return [(ids(one), ids(other)) for one, other in zip(first, second, strict=True)]


def test_pages_of_one_shuffle_are_uniform_and_so_are_pairs_across_them(drawer: Drawer, shelf: FilledShelf) -> None:
    pages = second_pages(drawer, DRAWS // 2)
    second_page = p_of_pairs([second for _, second in pages], shelf.book_ids)
    across = p_of_pairs([(first[1], second[0]) for first, second in pages], shelf.book_ids)
    both = p_of_places([first + second for first, second in pages], shelf.book_ids)
    assert together(second_page, across, both) > FALSE_ALARM


def test_control_a_second_page_of_the_next_books_in_the_shelfs_order_is_rejected(
    drawer: Drawer, shelf: FilledShelf
) -> None:
    order = list(shelf.books.values())
    following = dict(zip(order, order[1:] + order[:1], strict=True))
    pages = second_pages(drawer, 2_000)
    across = [(first[1], following[first[1]]) for first, _ in pages]
    assert p_of_pairs(across, shelf.book_ids) < FALSE_ALARM


@pytest.fixture
def sparse(shop: Shop) -> FilledShelf:
    filled = {1, 2, 3, 4, 5, 4_000, 9_000, 9_001, 12_000, 20_000}
    return shop.shelf("sparse", 20_000, empty=set(range(1, 20_001)) - filled)


def test_a_shelf_that_is_read_whole_is_uniform(drawer: Drawer, sparse: FilledShelf) -> None:
    pages = drawer.pages([BooksQuery("sparse", 4, None, frozenset())] * 250, at_once=20)
    assert sum(decode_shuffle(page.page_token, 100).whole_shelf for page in pages) > 200
    answers = [ids(page) for page in pages]
    assert together(p_of_books(answers, sparse.book_ids), p_of_places(answers, sparse.book_ids)) > FALSE_ALARM


@pytest.mark.parametrize("wrong", [at_least_random_id, successors])
def test_control_books_after_a_random_key_of_a_sparse_shelf_are_rejected(sparse: FilledShelf, wrong: object) -> None:
    random = Random(7)
    answers = [wrong(sparse.books, random, 4) for _ in range(250)]  # type: ignore[operator]
    for judge in (p_of_books, p_of_places):
        assert judge(answers, sparse.book_ids) < FALSE_ALARM


def test_control_books_of_a_sparse_shelf_in_the_shelfs_order_are_rejected(sparse: FilledShelf) -> None:
    random, books = Random(8), sorted(sparse.book_ids)
    answers = [sorted(random.sample(books, 4)) for _ in range(250)]
    assert p_of_books(answers, books) > FALSE_ALARM
    assert p_of_places(answers, books) < FALSE_ALARM


def test_draws_through_the_rpc_are_uniform(shop: Shop, database_url: str, shelf: FilledShelf) -> None:
    request = pb.RecommendBooksRequest(category="mystery", max_results=2)
    with serving(database_of(database_url), seed=5) as service:
        service.wait_until(SERVING)
        answers = []
        for _ in range(40):
            calls = [service.stub.RecommendBooks.future(request, timeout=10) for _ in range(100)]
            answers += [tuple(book.id for book in call.result().books) for call in calls]
    assert together(p_of_books(answers, shelf.book_ids), p_of_pairs(answers, shelf.book_ids)) > FALSE_ALARM
