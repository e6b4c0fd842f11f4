"""Figures of several runs, measured in turns, so that background load affects all sides alike."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Samples:
    """One figure, measured once in each round."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest."""
        return min(self.values), max(self.values)

    def over(self, other: "Samples") -> "Samples":
        """Return the ratios to another side's figures, round by round."""
        return Samples([mine / theirs for mine, theirs in zip(self.values, other.values, strict=True)])


def in_turns(sides: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Measure each side once per round, one after the other, and return the results by side.

    Every other round goes backwards (ours, baseline, baseline, ours, …), so that no side is always the first.
    """
    results: dict[str, list[T]] = {name: [] for name in sides}
    order = list(sides)
    for _ in range(rounds):
        for name in order:
            results[name].append(sides[name]())
        order.reverse()
    return results
