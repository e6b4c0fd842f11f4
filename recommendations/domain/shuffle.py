"""Which places of a shelf a shuffle visits, and in what order: pure functions of a seed.

A shelf of size m is shuffled by a lazy Fisher-Yates shuffle (R. Durstenfeld,
"Algorithm 235: Random permutation", CACM 7(7), 1964, with the array's unchanged
cells left out), fed by SHAKE128 of the seed (FIPS 202), eight bytes a step. So the same
seed gives the same shuffle on every version and machine. To seed Python's Mersenne
Twister takes longer than to draw ten books with it.

What is claimed: each step picks among the places left with probabilities that differ
from equal by less than m / 2**64, and the seed has 64 bits.
"""

import math
import struct
from hashlib import shake_128

SEED_BITS = 64

REACH = 10_000
"""A shuffle can be followed for this many places. It bounds what a page token may cost."""

MOST_PLACES = 4_000
"""The most places that one answer looks at."""


def shuffled(seed: int, size: int, start: int, stop: int) -> list[int]:
    """Return steps `start` to `stop` (exclusive, from 0) of the shuffle of 1 to `size`.

    The numbers are distinct, and those of all steps from 0 to `size` are a permutation.
    Time and space are proportional to `stop`, whatever the size. Steps beyond `size` do
    not exist and are left out.
    """
    stop = min(stop, size)
    if stop <= start:
        return []
    words = struct.unpack(f">{stop}Q", shake_128(seed.to_bytes(8, "big")).digest(8 * stop))
    chosen = [step + (word * (size - step) >> 64) for step, word in enumerate(words)]
    # The cells that are moved are those below `stop`. If none of them is chosen, nor any other twice, none is moved to
    # where it would be seen: then the choices are the shuffle, which is nearly always so on a large shelf.
    if min(chosen) < stop or len(set(chosen)) < stop:
        chosen = _moved(chosen)
    return [cell + 1 for cell in chosen[start:]]


def _moved(chosen: list[int]) -> list[int]:
    """Return what lies in the chosen cells when each step swaps its own cell with the chosen one."""
    moved: dict[int, int] = {}
    drawn = []
    for step, cell in enumerate(chosen):
        drawn.append(moved.get(cell, cell))
        moved[cell] = moved.pop(step, step)
    return drawn


def places_needed(wanted: int, left: int, density: float) -> int:
    """Return how many places to look at so that `wanted` books are found in nearly all cases.

    The books found at t places are about binomial: a mean of t * density, and the answer
    leaves room for 2.5 standard deviations, so that about one draw in a hundred must be
    made again. On a shelf without empty slots it is exactly `wanted`.

    Args:
        wanted: books asked for, from 1.
        left: places that the shuffle still has; the answer is never more.
        density: the share of places that hold a book to show, 0 to 1. An estimate: a wrong
            one costs time, never bias.
    """
    density = min(max(density, wanted / MOST_PLACES), 1.0)
    spare = 2.5 * math.sqrt(wanted * (1.0 - density))
    return min(math.ceil((wanted + spare) / density), left, MOST_PLACES)
