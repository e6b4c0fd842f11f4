"""The order in which a shuffle visits the positions of a shelf: pure functions of a seed.

The positions 1 to m are shuffled by a lazy Fisher-Yates shuffle (R. Durstenfeld, "Algorithm 235: Random permutation",
CACM 7(7), 1964, storing only the cells that changed), driven by SHAKE128 of the seed (FIPS 202), eight bytes per step.
The same seed gives the same shuffle in every version and on every machine. Seeding Python's Mersenne Twister takes
longer than drawing ten books this way.

Guarantee: each step picks among the remaining positions with probabilities that differ from equal by less than
m / 2**64, and the seed has 64 bits.
"""

import math
import struct
from hashlib import shake_128

SEED_BITS = 64

MAX_OFFSET = 10_000
"""A shuffle can be followed for this many positions, which bounds the cost of a page token."""

MAX_POSITIONS = 4_000
"""The most positions that one page reads."""


def shuffled(seed: int, size: int, start: int, stop: int) -> list[int]:
    """Return steps `start` to `stop` (exclusive, from 0) of the shuffle of 1 to `size`.

    The numbers are distinct; steps 0 to `size` are a permutation of 1 to `size`. Steps beyond `size` are left out.
    Time and space grow with `stop`, not with `size`.
    """
    stop = min(stop, size)
    if stop <= start:
        return []
    words = struct.unpack(f">{stop}Q", shake_128(seed.to_bytes(8, "big")).digest(8 * stop))
    chosen = [step + (word * (size - step) >> 64) for step, word in enumerate(words)]
    # Swaps only change the result if a cell below `stop` is chosen or one cell is chosen twice: rare on a large shelf.
    if min(chosen) < stop or len(set(chosen)) < stop:
        chosen = _swapped(chosen)
    return [cell + 1 for cell in chosen[start:]]


def _swapped(chosen: list[int]) -> list[int]:
    """Return the contents of the chosen cells when each step swaps its own cell with the chosen one."""
    contents: dict[int, int] = {}
    result = []
    for step, cell in enumerate(chosen):
        result.append(contents.get(cell, cell))
        contents[cell] = contents.pop(step, step)
    return result


def shelf_seed(seed: int, category_id: int) -> int:
    """Return the seed of one shelf of a response with this seed."""
    return _derived(seed, b"shelf", category_id)


def repeated_seed(seed: int) -> int:
    """Return the seed of the response that replaces one with this seed."""
    return _derived(seed, b"again", 0)


def _derived(seed: int, purpose: bytes, number: int) -> int:
    digest = shake_128(purpose + seed.to_bytes(8, "big") + number.to_bytes(4, "big")).digest(SEED_BITS // 8)
    return int.from_bytes(digest, "big")


def positions_needed(book_count: int, remaining: int, density: float) -> int:
    """Return how many positions to read so that nearly every draw finds `book_count` books.

    The number of books at t positions is about binomial with mean t * density. The result leaves room for 2.5 standard
    deviations, so about one draw in a hundred falls short. On a shelf without empty slots it equals `book_count`.

    Args:
        book_count: the number of books to draw, from 1.
        remaining: the positions left in the shuffle, which limit the result.
        density: the share of positions that hold an acceptable book, 0 to 1. A wrong estimate costs time, never bias.
    """
    density = min(max(density, book_count / MAX_POSITIONS), 1.0)
    spare = 2.5 * math.sqrt(book_count * (1.0 - density))
    return min(math.ceil((book_count + spare) / density), remaining, MAX_POSITIONS)
