"""Drawing a page without a database: what is read, and which page the books make."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.domain import draw, page_draw
from recommendations.domain.draw import SPARSE, ResponseDraw, may_read_whole, positions_of
from recommendations.domain.model import FilledPositions, Page, Shelf, ShuffleCursor
from recommendations.domain.page_draw import Done, ReadWhole
from recommendations.domain.page_token import decode_shuffle
from recommendations.domain.shuffle import MAX_OFFSET, MAX_POSITIONS
from tests.support.memory_shelves import Slots, read

STEADY = settings(deadline=None, derandomize=True, database=None)


def shelf_of(slots: Slots, book_count: int | None = None) -> Shelf:
    max_position = max(slots, default=0)
    count = sum(book is not None for book in slots.values()) if book_count is None else book_count
    return Shelf(1, "mystery", "Mystery", count, max_position, max_position)


def page_of(response: ResponseDraw, slots: Slots) -> Page:
    """Follow the steps of a draw to its page, which must take only a few reads."""
    step: page_draw.Step = page_draw.first_step(response)
    for _ in range(8):
        if isinstance(step, Done):
            (page,) = step.pages
            return page
        snapshot = read(step, [(slots, shelf_of(slots))])
        (books,) = snapshot.books
        assert len(books) <= MAX_POSITIONS
        step = page_draw.next_step(step.response, snapshot)
    raise AssertionError("no page after eight reads")


def fresh(slots: Slots, size: int, known: Shelf | None = None, excluded: frozenset[int] = frozenset()) -> ResponseDraw:
    return draw.fresh([known or shelf_of(slots)], size, 99, excluded=excluded)


def continued(slots: Slots, cursor: ShuffleCursor, excluded: frozenset[int] = frozenset()) -> ResponseDraw:
    return draw.continued(shelf_of(slots), cursor, excluded)


def ids(page: Page) -> list[int]:
    return [book.id for book in page.books]


def slots_with_books(size: int, is_empty: Callable[[int], bool] = lambda _: False) -> Slots:
    return {position: None if is_empty(position) else position * 7 for position in range(1, size + 1)}


def test_a_draw_from_a_full_shelf_reads_one_position_per_book() -> None:
    (only,) = fresh(slots_with_books(1_000), 10).draws
    assert len(positions_of(only).positions) == 10


shelves = st.lists(st.booleans(), max_size=120).map(
    lambda filled: {position: position if book else None for position, book in enumerate(filled, 1)}
)


@STEADY
@given(shelves, st.lists(st.integers(1, 100), min_size=1, max_size=8), st.sets(st.integers(1, 120), max_size=40))
def test_following_the_tokens_shows_every_book_that_is_not_excluded_once(
    slots: Slots, sizes: list[int], excluded: set[int]
) -> None:
    page = page_of(fresh(slots, sizes[0], excluded=frozenset(excluded)), slots)
    shown, turn = ids(page), 0
    while page.next_page_token:
        turn += 1
        cursor = decode_shuffle(page.next_page_token, 100)._replace(page_size=sizes[turn % len(sizes)])
        page = page_of(continued(slots, cursor, frozenset(excluded)), slots)
        assert len(page.books) <= cursor.page_size
        shown += ids(page)
    assert sorted(shown) == sorted(book for book in slots.values() if book and book not in excluded)


@STEADY
@given(shelves, st.integers(1, 100), st.integers(0, 500), st.integers(0, 500))
def test_an_outdated_shelf_costs_reads_and_never_books(
    slots: Slots, size: int, max_position: int, book_count: int
) -> None:
    outdated = Shelf(1, "mystery", "Mystery", book_count, max_position, max_position)
    page = page_of(fresh(slots, size, outdated), slots)
    assert len(page.books) == min(size, shelf_of(slots).book_count)
    assert len(set(ids(page))) == len(page.books)


@STEADY
@given(shelves, st.integers(1, 100))
def test_the_page_token_returns_the_same_page(slots: Slots, size: int) -> None:
    page = page_of(fresh(slots, size), slots)
    assert page_of(continued(slots, decode_shuffle(page.page_token, 100)), slots) == page


def test_a_draw_covers_a_shelf_that_has_grown() -> None:
    grown = slots_with_books(2_000)
    page = page_of(fresh(grown, 100, shelf_of(slots_with_books(10))), grown)
    assert len([book for book in ids(page) if book > 70]) > 80
    assert decode_shuffle(page.page_token, 100).max_position == 2_000


def test_one_book_among_a_million_empty_slots_is_drawn() -> None:
    slots: Slots = {777_777: 42, 1_000_000: None}
    page = page_of(fresh(slots, 10), slots)
    assert ids(page) == [42]
    assert page.next_page_token == ""
    assert decode_shuffle(page.page_token, 100).whole_shelf


def test_a_later_page_with_only_empty_slots_has_a_next_page() -> None:
    slots: Slots = {9_000: None}
    page = page_of(continued(slots, ShuffleCursor(1, 5, 9_000, 100, 10)), slots)
    assert page.books == []
    assert decode_shuffle(page.next_page_token, 100).offset == 100 + MAX_POSITIONS


def test_a_shuffle_ends_at_its_maximum_offset() -> None:
    slots = slots_with_books(20_000)
    last = page_of(continued(slots, ShuffleCursor(1, 5, 20_000, MAX_OFFSET, 10)), slots)
    assert len(last.books) == 10
    assert last.next_page_token == ""


def test_a_shuffle_of_the_filled_positions_continues_after_excluded_books() -> None:
    slots = slots_with_books(5_000, is_empty=lambda position: position % 2 == 0)
    cursor = ShuffleCursor(1, 5, 5_000, 20, 100, whole_shelf=True)
    pages = [ids(page_of(continued(slots, each), slots)) for each in (cursor, cursor._replace(offset=120))]
    kept, excluded = pages[0][0::4], frozenset(pages[0]) - frozenset(pages[0][0::4])
    page = page_of(continued(slots, cursor, excluded), slots)
    assert ids(page) == [*kept, *pages[1][:75]]
    assert decode_shuffle(page.next_page_token, 100).offset == 195


def test_a_shuffle_of_the_filled_positions_reads_few_excluded_books() -> None:
    slots = slots_with_books(5_000)
    cursor = ShuffleCursor(1, 5, 5_000, 20, 100, whole_shelf=True)
    (only,) = continued(slots, cursor, frozenset(range(1_000))).draws
    excluded = {position for position, book in slots.items() if book in only.excluded}
    assert 100 < len(positions_of(only, FilledPositions(sorted(slots), excluded)).positions) < 150


def test_one_sparse_shelf_makes_the_response_read_all_shelves_again_in_one_snapshot() -> None:
    full, sparse = slots_with_books(50), {5: 7, 9_000: None}
    shelves = [(full, shelf_of(full)), (sparse, shelf_of(sparse)._replace(id=2))]
    step: page_draw.Step = page_draw.first_step(draw.fresh([shelf for _, shelf in shelves], 5, 99))
    steps = [step]
    while not isinstance(step, Done):
        step = page_draw.next_step(step.response, read(step, shelves))
        steps.append(step)
    assert isinstance(steps[-2], ReadWhole)
    assert [len(page.books) for page in step.pages] == [5, 1]
    first, last = ({each.cursor.seed for each in response.draws} for response in (steps[0].response, step.response))
    assert not first & last, "both are drawn again with other seeds"


def test_a_shelf_may_be_read_whole_if_it_is_sparse_or_small() -> None:
    def sized(books: int, positions: int) -> bool:
        return may_read_whole(Shelf(1, "mystery", "Mystery", books, positions, positions))

    assert sized(10_000, 10_000)
    assert not sized(10_001, 10_001)
    assert sized(100_000, 100_000 * SPARSE)
    assert not sized(100_001, 100_000 * SPARSE)
