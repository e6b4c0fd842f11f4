"""A figure measured on two sides, the ratio of the sides, and its goal."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.samples import Samples


@dataclass(frozen=True)
class Goal:
    """A bound for a figure."""

    bound: float
    at_least: bool

    def met_by(self, figure: float) -> bool:
        """Return whether a figure, rounded as printed, keeps the bound."""
        figure = round(figure, 2)
        return figure >= self.bound if self.at_least else figure <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


def at_least(bound: float) -> Goal:
    """Return a lower bound."""
    return Goal(bound, at_least=True)


def at_most(bound: float) -> Goal:
    """Return an upper bound."""
    return Goal(bound, at_least=False)


@dataclass(frozen=True)
class Comparison:
    """One figure of two sides, measured in turns."""

    name: str
    unit: str
    ours: Samples
    other: Samples
    goal: Goal | None
    """For the ratio of ours to the other."""

    @property
    def ratio(self) -> Samples:
        """Ours over the other, round by round."""
        return self.ours.over(self.other)

    def cells(self) -> list[str]:
        """Return the cells of a table row."""
        return [
            f"{self.name}, {self.unit}",
            with_spread(self.ours),
            with_spread(self.other),
            with_spread(self.ratio),
            *verdict(self.goal, self.ratio.median),
        ]


def verdict(goal: Goal | None, figure: float) -> list[str]:
    """Return the goal and whether it is met, for a table's last two cells."""
    if goal is None:
        return ["", ""]
    return [str(goal), "met" if goal.met_by(figure) else "**missed**"]


def with_spread(samples: Samples) -> str:
    """Format the median with the smallest and largest figure."""
    low, high = samples.spread
    return f"{number(samples.median)} ({number(low)}–{number(high)})"


def number(figure: float) -> str:
    """Format a figure with its significant digits."""
    if figure >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return an aligned Markdown table."""
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in (headings, *rows)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
