"""A draw that falls short is made again; what made it fall short must not show in the second one.

Path covered: `PageDraw` and `draw.shuffled`, the service's own, over a shelf in memory that the test changes
between the readings exactly where it hurts. No database: the statement between is covered next door.

Each test compares one p-value with `FALSE_ALARM`: with seeds that were not fixed, a right method would fail it
once in 1,000,000 runs.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, cast

import pytest

from recommendations.domain import shuffle
from recommendations.domain.page_draw import Page, PageDraw
from recommendations.domain.page_token import ShufflePlace, decode_shuffle
from recommendations.domain.shuffle import SEED_BITS, shuffled
from recommendations.recommender import Recommender
from recommendations.storage.batcher import Batcher
from recommendations.storage.queries import FoundBook, Shelf
from recommendations.telemetry.empty_slots import EmptySlots
from tests.support.chi_square import FALSE_ALARM, p_of_books, p_of_shares
from tests.support.drawing import ids

if TYPE_CHECKING:
    from recommendations.storage.connection import DatabaseConnection

Slots = dict[int, int | None]
"""The book at each position; None: an empty slot."""


def seen(slots: Slots, book_count: int) -> Shelf:
    """Return what a statement says of the shelf."""
    return Shelf(1, "mystery", "Mystery", book_count, max(slots), 1_000_000)


def draw_from(readings: Callable[[], tuple[Slots, int]], size: int, seeds: Random) -> Page:
    """Draw a page as `Recommender` does; each reading sees the slots and the book count that it is given."""
    slots, book_count = readings()
    shelf = seen(slots, book_count)
    place = ShufflePlace(1, seeds.getrandbits(SEED_BITS), shelf.largest, 0, size)
    made = PageDraw(shelf, place, frozenset(), lambda: seeds.getrandbits(SEED_BITS))
    while True:
        slots, book_count = readings()
        if made.needs_filled:
            made.give_filled([position for position, book in slots.items() if book is not None])
        books = [slots.get(position) for position in made.positions()]
        page = made.take([None if book is None else ROWS[book] for book in books], seen(slots, book_count))
        if page is not None:
            return page
        made.begin_another()


ROWS = {book: cast("FoundBook", (0, book)) for book in range(1, 401)}
ANSWERS = 10_000


def with_holes(holes: int) -> Slots:
    """Return a shelf of 40 places of which the first ones are empty."""
    return {position: position if position > holes else None for position in range(1, 41)}


def compacted(holes: int, moved: int) -> Slots:
    """Return that shelf after its last books were moved into holes and the empty tail was cut."""
    filled = {position: position + 40 - moved for position in range(1, moved + 1)}
    return {**with_holes(holes), **filled, **dict.fromkeys(range(41 - moved, 41))}


FEW_HOLES = with_holes(5), compacted(5, 5)
MANY_HOLES = with_holes(20), compacted(20, 10)


@pytest.mark.parametrize(("before", "after"), [FEW_HOLES, MANY_HOLES], ids=["few holes", "many holes"])
def test_draws_made_again_while_the_shelf_is_compacted_are_uniform(before: Slots, after: Slots) -> None:
    seeds, books = Random(1), [book for book in before.values() if book]

    def compacting() -> Callable[[], tuple[Slots, int]]:
        # The service is told of more books than there are, so that its first reading often falls short.
        first = iter([(before, 40), (before, 40)])
        return lambda: next(first, (after, len(books)))

    answers = [ids(draw_from(compacting(), 5, seeds)) for _ in range(ANSWERS)]
    assert {len(set(answer)) for answer in answers} == {5}
    assert p_of_books(answers, books) > FALSE_ALARM


def first_five(slots: Slots, places: list[int]) -> list[int]:
    return [book for place in places if (book := slots[place])][:5]


def test_control_draws_topped_up_by_a_second_statement_are_rejected() -> None:
    seeds, (before, after) = Random(2), MANY_HOLES
    answers = []
    for _ in range(ANSWERS):
        places = shuffled(seeds.getrandbits(SEED_BITS), 40, 0, 40)
        found = first_five(before, places[:5])
        more = [book for book in first_five(after, places[5:]) if book not in found]
        answers.append([*found, *more][:5])
    assert p_of_books(answers, range(21, 41)) < FALSE_ALARM


def test_control_draws_made_again_with_the_same_seed_are_rejected() -> None:
    seeds, (before, after) = Random(3), FEW_HOLES
    answers = []
    for _ in range(ANSWERS):
        places = shuffled(seeds.getrandbits(SEED_BITS), 40, 0, 40)
        found = first_five(before, places[:5])
        answers.append(found if len(found) == 5 else first_five(after, places))
    assert p_of_books(answers, range(6, 41)) < FALSE_ALARM


class Shelves:
    """Several shelves in memory that answer the service's statement; another draw for each reading may see others."""

    def __init__(self, readings: Callable[[], list[tuple[Slots, int]]]) -> None:
        self._readings = readings

    def check_takes_work(self) -> None:
        """Take it."""

    async def fetch(self, _statement: str, asked: dict[str, str]) -> list[tuple[Any, ...]]:
        """Return the rows of the places asked for, and those of the shelves."""
        numbers = {name: list(map(int, asked[name].strip("{}").split(","))) for name in ("categories", "positions")}
        shelves = self._readings()
        places = enumerate(zip(numbers["categories"], numbers["positions"], strict=True), 1)
        books = [(number, shelves[category][0].get(position)) for number, (category, position) in places]
        about = [seen(slots, book_count) for slots, book_count in shelves]
        rows: list[tuple[Any, ...]] = [(number, book) for number, book in books if book is not None]
        return rows + [
            (None, category, "", None, None, None, None, "", shelf.book_count, shelf.largest, shelf.high_water)
            for category, shelf in enumerate(about)
        ]


async def draw_from_all(shelves: Callable[[], list[tuple[Slots, int]]], size: int, seeds: Random) -> list[Page]:
    """Draw from each of the shelves at once, by the service's own loop."""
    memory = cast("DatabaseConnection", Shelves(shelves))
    new_seed = partial(seeds.getrandbits, SEED_BITS)
    recommender = Recommender(Batcher(memory), memory, memory, new_seed, EmptySlots(lambda: 0.0))
    begun = [
        PageDraw(shelf, ShufflePlace(category, new_seed(), shelf.largest, 0, size), frozenset(), new_seed)
        for category, shelf in enumerate(seen(slots, count) for slots, count in shelves())
    ]
    return await recommender._draw(begun)  # noqa: SLF001  # to list the categories takes a database


def test_a_shelf_that_is_read_again_for_another_shelfs_sake_is_drawn_from_uniformly() -> None:
    seeds, (before, after) = Random(6), FEW_HOLES
    books = [book for book in before.values() if book]
    sparse: Slots = {position: position if position % 4 == 0 else None for position in range(1, 41)}

    def compacting() -> Callable[[], list[tuple[Slots, int]]]:
        # The service is told that both are full: the second falls short at first, the first one only sometimes.
        first = iter([[(before, 40), (sparse, 40)]] * 2)
        return lambda: next(first, [(after, 35), (sparse, 10)])

    async def all_answers() -> list[tuple[int, ...]]:
        return [ids((await draw_from_all(compacting(), 5, seeds))[0]) for _ in range(ANSWERS)]

    assert p_of_books(asyncio.run(all_answers()), books) > FALSE_ALARM


FEWER_PLACES = 200
"""In place of the 4,000 that a draw may read: the same happens, and the test takes a fraction of the time."""

BOOKS, SIZE = 400, 40
IN_ONE_RUN: Slots = {position: position - 1_600 if position > 1_600 else None for position in range(1, 2_001)}
"""A fifth of the places, so that half of the draws find enough and the others read the shelf whole."""


def test_draws_of_which_some_read_the_shelf_whole_are_uniform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffle, "MOST_PLACES", FEWER_PLACES)
    seeds = Random(4)
    pages = [draw_from(lambda: (IN_ONE_RUN, BOOKS), SIZE, seeds) for _ in range(5_000)]
    whole = sum(decode_shuffle(page.page_token, most_books=100).whole for page in pages)
    assert 2_000 < whole < 3_000
    assert p_of_shares(map(ids, pages), range(1, BOOKS + 1), 5) > FALSE_ALARM


def read_whole_with_the_same_seed(seed: int) -> list[int]:
    """Draw some books; if the first places hold fewer, shuffle the books themselves with the same seed."""
    found = [book for place in shuffled(seed, 2_000, 0, FEWER_PLACES) if (book := IN_ONE_RUN[place])]
    return found[:SIZE] if len(found) >= SIZE else shuffled(seed, BOOKS, 0, SIZE)


def test_control_reading_the_shelf_whole_with_the_same_seed_is_rejected() -> None:
    seeds = Random(5)
    answers = [read_whole_with_the_same_seed(seeds.getrandbits(SEED_BITS)) for _ in range(5_000)]
    assert p_of_shares(answers, range(1, BOOKS + 1), 5) < FALSE_ALARM
