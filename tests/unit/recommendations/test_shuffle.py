"""The shuffle: golden vectors that must never change, and what holds for every seed."""

import math
from fractions import Fraction
from hashlib import shake_128

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.domain.shuffle import MAX_POSITIONS, SEED_BITS, positions_needed, shuffled

STEADY = settings(deadline=None, derandomize=True, database=None)
seeds = st.integers(0, 2**SEED_BITS - 1)


# Issued tokens contain a seed, so a seed must mean the same shuffle for ever, on every machine.
@pytest.mark.parametrize(
    ("seed", "size", "start", "stop", "steps"),
    [
        (0, 10, 0, 10, [5, 8, 6, 9, 4, 3, 1, 7, 2, 10]),
        (1, 10, 0, 10, [10, 7, 3, 2, 8, 5, 6, 1, 4, 9]),
        (2**64 - 1, 10, 0, 10, [7, 9, 8, 3, 2, 1, 6, 5, 10, 4]),
        (1, 1_000_000, 0, 5, [976515, 617592, 25840, 502607, 534209]),
        (1, 1_000_000, 95, 100, [391142, 26316, 534847, 436487, 989468]),
        (0xB00C57A11, 2**31 - 1, 0, 4, [166981923, 393930463, 661238715, 340448249]),
    ],
)
def test_the_same_seed_gives_the_same_shuffle_for_ever(
    seed: int, size: int, start: int, stop: int, steps: list[int]
) -> None:
    assert shuffled(seed, size, start, stop) == steps


@STEADY
@given(seeds, st.integers(0, 400))
def test_all_steps_are_a_permutation(seed: int, size: int) -> None:
    assert sorted(shuffled(seed, size, 0, size)) == list(range(1, size + 1))


@STEADY
@given(seeds, st.integers(1, 2**31 - 1), st.integers(0, 300))
def test_the_first_steps_are_distinct_positions_for_any_size(seed: int, size: int, stop: int) -> None:
    steps = shuffled(seed, size, 0, stop)
    assert len(set(steps)) == len(steps) == min(stop, size)
    assert all(1 <= step <= size for step in steps)


@STEADY
@given(seeds, st.integers(0, 200), st.integers(0, 250), st.integers(0, 250))
def test_any_part_of_a_shuffle_is_a_slice_of_the_whole(seed: int, size: int, start: int, stop: int) -> None:
    assert shuffled(seed, size, start, stop) == shuffled(seed, size, 0, size)[start:stop]


@STEADY
@given(seeds, st.integers(1, 400), st.integers(0, 30))
def test_equals_a_shuffle_that_swaps_the_cells_of_an_array(seed: int, size: int, stop: int) -> None:
    random, cells = shake_128(seed.to_bytes(8, "big")).digest(8 * stop), list(range(1, size + 1))
    for step in range(min(stop, size)):
        fraction = Fraction(int.from_bytes(random[8 * step : 8 * step + 8], "big"), 2**64)
        chosen = step + math.floor(fraction * (size - step))
        cells[step], cells[chosen] = cells[chosen], cells[step]
    assert shuffled(seed, size, 0, stop) == cells[: min(stop, size)]


def test_every_permutation_of_a_few_positions_occurs() -> None:
    assert len({tuple(shuffled(seed, 4, 0, 4)) for seed in range(500)}) == 24


@pytest.mark.parametrize("wanted", [1, 10, 100])
def test_a_full_shelf_needs_one_position_per_book(wanted: int) -> None:
    assert positions_needed(wanted, 1_000_000, 1.0) == wanted


def test_the_margin_for_empty_slots_is_two_and_a_half_standard_deviations() -> None:
    assert positions_needed(10, 1_000, 0.5) == 32  # (10 + 2.5 * sqrt(10 * 0.5)) / 0.5


densities = st.floats(-1.0, 2.0)


@STEADY
@given(st.integers(1, 100), st.integers(0, 10**7), densities)
def test_never_more_positions_than_are_left_or_a_response_may_read(wanted: int, left: int, density: float) -> None:
    assert min(wanted, left) <= positions_needed(wanted, left, density) <= min(left, MAX_POSITIONS)


@STEADY
@given(st.integers(1, 100), densities, densities)
def test_an_emptier_shelf_never_needs_fewer_positions(wanted: int, one: float, other: float) -> None:
    emptier, fuller = sorted((one, other))
    assert positions_needed(wanted, 10**7, emptier) >= positions_needed(wanted, 10**7, fuller)
