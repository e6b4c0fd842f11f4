"""The plan of a synthetic catalogue: how many books, how many categories, and how much their sizes differ."""

import math
from dataclasses import dataclass
from itertools import accumulate

DEFAULT_CATEGORIES = 200
DEFAULT_LARGEST_SHARE = 0.1
MAX_BOOKS = 90_000_000
"""The number of synthetic ISBNs. They begin with 97999, a range that is not assigned."""

MIN_CATEGORIES = 3
MAX_CATEGORIES = 100_000
MAX_LARGEST_SHARE = 0.6

_GOLDEN_RATIO = (math.sqrt(5) - 1) / 2


class SyntheticError(ValueError):
    """The catalogue cannot be made as requested. The message is one sentence."""


@dataclass(frozen=True)
class Plan:
    """The size and skew of a synthetic catalogue."""

    books: int
    categories: int = DEFAULT_CATEGORIES
    largest_share: float = DEFAULT_LARGEST_SHARE
    """The fraction of all books in the largest category."""

    def __post_init__(self) -> None:
        if not 1 <= self.books <= MAX_BOOKS:
            raise SyntheticError(f"The number of books must be from 1 to {MAX_BOOKS:,}.")
        if not MIN_CATEGORIES <= self.categories <= MAX_CATEGORIES:
            raise SyntheticError(f"The number of categories must be from {MIN_CATEGORIES} to {MAX_CATEGORIES:,}.")
        min_share = 2 / self.categories
        if not min_share <= self.largest_share <= MAX_LARGEST_SHARE:
            raise SyntheticError(
                f"The largest of {self.categories} categories can hold from {min_share:.3f} to {MAX_LARGEST_SHARE} of "
                "all books, because each book is in two."
            )


def arc_ends(plan: Plan) -> list[float]:
    """Return where each category's arc ends on a circle of length 1.

    The first arc is the longest, half the largest share. Lengths fall as rank ** -a; bisection finds the a for which
    they sum to 1.
    """
    target = 2 / plan.largest_share

    def total(exponent: float) -> float:
        return math.fsum(rank**-exponent for rank in range(1, plan.categories + 1))

    low, high = 0.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if total(middle) > target else (low, middle)
    return list(accumulate(rank**-low / target for rank in range(1, plan.categories + 1)))


def scatter_step(books: int) -> int:
    """Return a step that visits every place: near the golden ratio of the number, and coprime to it."""
    step = max(1, round(books * _GOLDEN_RATIO))
    while math.gcd(step, books) > 1:
        step += 1
    return step
