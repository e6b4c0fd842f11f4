"""Methods that look random and are not uniform; the tests of uniformity must reject them."""

from bisect import bisect_left
from collections.abc import Mapping
from random import Random

Shelf = Mapping[int, int]
"""The book at each position that holds one."""


def at_least_random_id(shelf: Shelf, random: Random, count: int) -> list[int]:
    """Draw `WHERE position >= random LIMIT count`: the book after a gap is drawn for every position of the gap."""
    positions = sorted(shelf)
    start = bisect_left(positions, random.randint(1, positions[-1] - count + 1))
    start = min(start, len(positions) - count)
    return [shelf[position] for position in positions[start : start + count]]


def successors(shelf: Shelf, random: Random, count: int) -> list[int]:
    """Draw each book as the next one after a new random key, as Wikipedia's `page_random` does."""
    positions, result = sorted(shelf), dict[int, None]()
    while len(result) < count:
        key = random.randint(1, positions[-1])
        result[shelf[positions[bisect_left(positions, key)]]] = None
    return list(result)


def neighbours(shelf: Shelf, random: Random, count: int) -> list[int]:
    """Draw books in a row from a uniformly random start: each is equally likely, pairs are not."""
    positions = sorted(shelf)
    start = random.randrange(len(positions))
    return [shelf[positions[(start + step) % len(positions)]] for step in range(count)]
