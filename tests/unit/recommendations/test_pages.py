"""The making of one page, without a database: what is read, and what is made of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.domain.page_draw import SPARSE, Page, PageDraw, may_be_whole
from recommendations.domain.page_token import ShufflePlace, decode_shuffle
from recommendations.domain.shuffle import MOST_PLACES, REACH
from recommendations.storage.queries import FoundBook, Shelf

STEADY = settings(deadline=None, derandomize=True, database=None)
Slots = dict[int, int | None]


def shelf_of(slots: Slots, book_count: int | None = None) -> Shelf:
    largest = max(slots, default=0)
    count = sum(book is not None for book in slots.values()) if book_count is None else book_count
    return Shelf(1, "mystery", "Mystery", count, largest, largest)


def fill(draw: PageDraw, slots: Slots) -> Page:
    """Read until there is a page; there must be one after a few readings."""
    for _ in range(8):
        if draw.needs_filled:
            draw.give_filled(sorted(position for position, book in slots.items() if book is not None))
        books = read(draw, slots)
        if draw.must_read_on(books):
            books = read(draw, slots)
            assert not draw.must_read_on(books)
        page = draw.take(books, shelf_of(slots))
        if page:
            return page
        draw.begin_another()
    raise AssertionError("no page after eight readings")


def read(draw: PageDraw, slots: Slots) -> list[FoundBook | None]:
    positions = draw.positions()
    assert len(positions) == len(set(positions)) <= MOST_PLACES
    found = [slots.get(position) for position in positions]
    return [None if book is None else cast("FoundBook", (0, book)) for book in found]


def fresh(slots: Slots, size: int, known: Shelf | None = None, excluded: frozenset[int] = frozenset()) -> PageDraw:
    known = known or shelf_of(slots)
    seeds = iter(range(100, 200))
    return PageDraw(known, ShufflePlace(1, 99, known.largest, 0, size), excluded, lambda: next(seeds))


def ids(page: Page) -> list[int]:
    return [book[1] for book in page.books]


def numbered(size: int, holes: Callable[[int], bool] = lambda _: False) -> Slots:
    return {position: None if holes(position) else position * 7 for position in range(1, size + 1)}


def test_a_full_shelf_is_read_at_just_as_many_places_as_books_are_wanted() -> None:
    assert len(fresh(numbered(1_000), 10).positions()) == 10


shelves = st.lists(st.booleans(), max_size=120).map(
    lambda filled: {position: position if book else None for position, book in enumerate(filled, 1)}
)


@STEADY
@given(shelves, st.lists(st.integers(1, 100), min_size=1, max_size=8), st.sets(st.integers(1, 120), max_size=40))
def test_following_the_tokens_meets_every_book_that_is_not_excluded_once(
    slots: Slots, sizes: list[int], excluded: set[int]
) -> None:
    page = fill(fresh(slots, sizes[0], excluded=frozenset(excluded)), slots)
    met, turn = ids(page), 0
    while page.next_page_token:
        turn += 1
        place = decode_shuffle(page.next_page_token, 100)
        place = ShufflePlace(1, place.seed, place.largest, place.offset, sizes[turn % len(sizes)], place.whole)
        page = fill(PageDraw(shelf_of(slots), place, frozenset(excluded), None), slots)
        assert len(page.books) <= place.page_size
        met += ids(page)
    assert sorted(met) == sorted(book for book in slots.values() if book and book not in excluded)


@STEADY
@given(shelves, st.integers(1, 100), st.integers(0, 500), st.integers(0, 500))
def test_what_was_known_of_the_shelf_costs_readings_and_never_books(
    slots: Slots, size: int, largest: int, book_count: int
) -> None:
    outdated = Shelf(1, "mystery", "Mystery", book_count, largest, largest)
    page = fill(fresh(slots, size, outdated), slots)
    assert len(page.books) == min(size, shelf_of(slots).book_count)
    assert len(set(ids(page))) == len(page.books)


@STEADY
@given(shelves, st.integers(1, 100))
def test_the_page_token_names_the_page_itself(slots: Slots, size: int) -> None:
    page = fill(fresh(slots, size), slots)
    again = PageDraw(shelf_of(slots), decode_shuffle(page.page_token, 100), frozenset(), None)
    assert fill(again, slots) == page


def test_a_shelf_that_grew_is_drawn_from_as_a_whole() -> None:
    grown = numbered(2_000)
    page = fill(fresh(grown, 100, shelf_of(numbered(10))), grown)
    assert len([book for book in ids(page) if book > 70]) > 80
    assert decode_shuffle(page.page_token, 100).largest == 2_000


def test_one_book_among_a_million_empty_places_is_found() -> None:
    slots: Slots = {777_777: 42, 1_000_000: None}
    page = fill(fresh(slots, 10), slots)
    assert ids(page) == [42]
    assert page.next_page_token == ""
    assert decode_shuffle(page.page_token, 100).whole


def test_a_later_page_that_meets_only_empty_places_tells_where_to_go_on() -> None:
    slots: Slots = {9_000: None}
    page = fill(PageDraw(shelf_of(slots), ShufflePlace(1, 5, 9_000, 100, 10), frozenset(), None), slots)
    assert page.books == []
    assert decode_shuffle(page.next_page_token, 100).offset == 100 + MOST_PLACES


def test_the_shuffle_ends_at_its_reach() -> None:
    slots = numbered(20_000)
    last = fill(PageDraw(shelf_of(slots), ShufflePlace(1, 5, 20_000, REACH, 10), frozenset(), None), slots)
    assert len(last.books) == 10
    assert last.next_page_token == ""


def test_a_shuffle_of_the_books_goes_on_behind_excluded_ones() -> None:
    slots = numbered(5_000, holes=lambda position: position % 2 == 0)
    place = ShufflePlace(1, 5, 5_000, 20, 100, whole=True)
    following = replace(place, offset=120)
    pages = [ids(fill(PageDraw(shelf_of(slots), each, frozenset(), None), slots)) for each in (place, following)]
    kept, excluded = pages[0][0::4], frozenset(pages[0]) - frozenset(pages[0][0::4])
    page = fill(PageDraw(shelf_of(slots), place, excluded, None), slots)
    assert ids(page) == [*kept, *pages[1][:75]]
    assert decode_shuffle(page.next_page_token, 100).offset == 195


def test_few_books_of_a_shuffle_of_the_books_are_read_in_vain() -> None:
    slots = numbered(5_000)
    draw = PageDraw(shelf_of(slots), ShufflePlace(1, 5, 5_000, 20, 100, whole=True), frozenset(range(1_000)), None)
    draw.give_filled(sorted(slots))
    assert len(draw.positions()) < 150


def test_a_shelf_may_be_read_whole_if_it_is_sparse_or_small() -> None:
    def sized(books: int, places: int) -> bool:
        return may_be_whole(Shelf(1, "mystery", "Mystery", books, places, places))

    assert sized(10_000, 10_000)
    assert not sized(10_001, 10_001)
    assert sized(100_000, 100_000 * SPARSE)
    assert not sized(100_001, 100_000 * SPARSE)
