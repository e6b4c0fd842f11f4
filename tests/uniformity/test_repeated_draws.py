"""A draw that falls short is repeated; the reason for it must not bias the second draw.

Path covered: `page_draw` and `shuffle`, over shelves in memory that the test changes between the reads at the worst
moment. No database: `test_draws_are_uniform.py` covers the statement.

Each test compares one p-value with `FALSE_ALARM`: with seeds that were not fixed, a correct method would fail it once
in 1,000,000 runs.
"""

from collections.abc import Callable, Sequence
from random import Random

import pytest

from recommendations.domain import draw, page_draw, shuffle
from recommendations.domain.model import Page, Shelf
from recommendations.domain.page_draw import Done
from recommendations.domain.page_token import decode_shuffle
from recommendations.domain.shuffle import SEED_BITS, shuffled
from tests.support.chi_square import FALSE_ALARM, p_of_books, p_of_shares
from tests.support.drawing import ids
from tests.support.memory_shelves import Slots, read

Reading = tuple[Slots, int]
"""What one read sees: the slots, and the book count that the category claims."""


def shelves_of(readings: Sequence[Reading]) -> list[tuple[Slots, Shelf]]:
    return [
        (slots, Shelf(number, "mystery", "Mystery", book_count, max(slots), 1_000_000))
        for number, (slots, book_count) in enumerate(readings)
    ]


def draw_all(readings: Callable[[], Sequence[Reading]], size: int, seeds: Random) -> list[Page]:
    """Draw a page of each shelf; each read sees the shelves that `readings` returns then."""
    shelves = [shelf for _, shelf in shelves_of(readings())]
    step: page_draw.Step = page_draw.first_step(draw.fresh(shelves, size, seeds.getrandbits(SEED_BITS)))
    while not isinstance(step, Done):
        step = page_draw.next_step(step.response, read(step, shelves_of(readings())))
    return step.pages


def draw_one(readings: Callable[[], Reading], size: int, seeds: Random) -> Page:
    """Draw a page of one shelf."""
    return draw_all(lambda: [readings()], size, seeds)[0]


ANSWERS = 10_000


def with_empty(count: int) -> Slots:
    """Return a shelf of 40 slots of which the first ones are empty."""
    return {position: position if position > count else None for position in range(1, 41)}


def compacted(empty: int, moved: int) -> Slots:
    """Return that shelf after its last books moved into empty slots and the empty tail was cut."""
    filled = {position: position + 40 - moved for position in range(1, moved + 1)}
    return {**with_empty(empty), **filled, **dict.fromkeys(range(41 - moved, 41))}


FEW_EMPTY = with_empty(5), compacted(5, 5)
MANY_EMPTY = with_empty(20), compacted(20, 10)


@pytest.mark.parametrize(("before", "after"), [FEW_EMPTY, MANY_EMPTY], ids=["few empty slots", "many empty slots"])
def test_draws_repeated_while_the_shelf_is_compacted_are_uniform(before: Slots, after: Slots) -> None:
    seeds, books = Random(1), [book for book in before.values() if book]

    def compacting() -> Callable[[], Reading]:
        # The category claims more books than it has, so the first read often falls short.
        first = iter([(before, 40), (before, 40)])
        return lambda: next(first, (after, len(books)))

    answers = [ids(draw_one(compacting(), 5, seeds)) for _ in range(ANSWERS)]
    assert {len(set(answer)) for answer in answers} == {5}
    assert p_of_books(answers, books) > FALSE_ALARM


def first_five(slots: Slots, positions: list[int]) -> list[int]:
    return [book for position in positions if (book := slots[position])][:5]


def test_control_draws_completed_by_a_second_statement_are_rejected() -> None:
    seeds, (before, after) = Random(2), MANY_EMPTY
    answers = []
    for _ in range(ANSWERS):
        positions = shuffled(seeds.getrandbits(SEED_BITS), 40, 0, 40)
        first = first_five(before, positions[:5])
        second = [book for book in first_five(after, positions[5:]) if book not in first]
        answers.append([*first, *second][:5])
    assert p_of_books(answers, range(21, 41)) < FALSE_ALARM


def test_control_draws_repeated_with_the_same_seed_are_rejected() -> None:
    seeds, (before, after) = Random(3), FEW_EMPTY
    answers = []
    for _ in range(ANSWERS):
        positions = shuffled(seeds.getrandbits(SEED_BITS), 40, 0, 40)
        first = first_five(before, positions[:5])
        answers.append(first if len(first) == 5 else first_five(after, positions))
    assert p_of_books(answers, range(6, 41)) < FALSE_ALARM


def test_a_shelf_that_is_read_again_because_of_another_shelf_is_drawn_uniformly() -> None:
    seeds, (before, after) = Random(6), FEW_EMPTY
    books = [book for book in before.values() if book]
    sparse: Slots = {position: position if position % 4 == 0 else None for position in range(1, 41)}

    def compacting() -> Callable[[], Sequence[Reading]]:
        # Both categories claim to be full: the second always falls short at first, the first one only sometimes.
        first = iter([[(before, 40), (sparse, 40)]] * 2)
        return lambda: next(first, [(after, 35), (sparse, 10)])

    answers = [ids(draw_all(compacting(), 5, seeds)[0]) for _ in range(ANSWERS)]
    assert p_of_books(answers, books) > FALSE_ALARM


FEWER_POSITIONS = 200
"""Replaces the 4,000 positions that a draw may read, so that the test takes a fraction of the time."""

BOOKS, SIZE = 400, 40
IN_ONE_RUN: Slots = {position: position - 1_600 if position > 1_600 else None for position in range(1, 2_001)}
"""A fifth of the positions, so that half of the draws find enough books and the others read the shelf whole."""


def test_draws_of_which_some_read_the_shelf_whole_are_uniform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffle, "MAX_POSITIONS", FEWER_POSITIONS)
    seeds = Random(4)
    pages = [draw_one(lambda: (IN_ONE_RUN, BOOKS), SIZE, seeds) for _ in range(5_000)]
    whole = sum(decode_shuffle(page.page_token, 100).whole_shelf for page in pages)
    assert 2_000 < whole < 3_000
    assert p_of_shares(map(ids, pages), range(1, BOOKS + 1), 5) > FALSE_ALARM


def read_whole_with_the_same_seed(seed: int) -> list[int]:
    """Draw books; if the first positions hold too few, shuffle the filled positions with the same seed."""
    drawn = [book for position in shuffled(seed, 2_000, 0, FEWER_POSITIONS) if (book := IN_ONE_RUN[position])]
    return drawn[:SIZE] if len(drawn) >= SIZE else shuffled(seed, BOOKS, 0, SIZE)


def test_control_reading_the_shelf_whole_with_the_same_seed_is_rejected() -> None:
    seeds = Random(5)
    answers = [read_whole_with_the_same_seed(seeds.getrandbits(SEED_BITS)) for _ in range(5_000)]
    assert p_of_shares(answers, range(1, BOOKS + 1), 5) < FALSE_ALARM
