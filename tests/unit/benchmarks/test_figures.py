from pathlib import Path

import pytest

from benchmarks import document
from benchmarks.comparison import Comparison, at_least, at_most, table
from benchmarks.errors import BenchmarkError
from benchmarks.samples import Samples, in_turns


def test_sides_are_measured_in_turns_and_none_is_always_the_first() -> None:
    order: list[str] = []

    def measure(side: str) -> int:
        order.append(side)
        return len(order)

    results = in_turns({"ours": lambda: measure("ours"), "baseline": lambda: measure("baseline")}, rounds=3)

    assert order == ["ours", "baseline", "baseline", "ours", "ours", "baseline"]
    assert results == {"ours": [1, 4, 5], "baseline": [2, 3, 6]}


def test_the_ratio_is_taken_round_by_round() -> None:
    comparison = Comparison("x", "ms", Samples([1, 20, 3]), Samples([2, 10, 2]), at_most(1.4))

    assert comparison.ratio.median == 1.5
    assert comparison.ratio.spread == (0.5, 2.0)
    assert comparison.cells()[-1] == "**missed**"


@pytest.mark.parametrize(
    ("goal", "figure", "met"),
    [
        (at_least(1.1), 1.1, True),
        (at_least(1.1), 1.096, True),  # printed as 1.10
        (at_least(1.1), 1.094, False),
        (at_most(2.8), 2.804, True),
        (at_most(2.8), 2.806, False),
        (at_most(2.8), float("inf"), False),
    ],
)
def test_a_goal_is_judged_by_the_figure_that_is_printed(goal: object, figure: float, met: bool) -> None:  # noqa: FBT001
    assert goal.met_by(figure) is met  # type: ignore[attr-defined]


def test_a_table_is_aligned() -> None:
    assert table(["a", "bc"], [["def", "g"]]).splitlines() == ["| a   | bc |", "| --- | -- |", "| def | g  |"]


def test_a_table_replaces_only_the_text_between_its_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A\n<!-- begin: x -->\nold\n<!-- end: x -->\nB\n<!-- begin: y -->\n<!-- end: y -->\n")

    document.fill(page, {"x": r"new \1"})
    document.fill(page, {"x": r"newer \1"})

    assert page.read_text() == (
        "A\n<!-- begin: x -->\n\nnewer \\1\n\n<!-- end: x -->\nB\n<!-- begin: y -->\n<!-- end: y -->\n"
    )


def test_a_page_without_a_place_for_a_table_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- begin: x -->\n<!-- end: x -->\n")

    with pytest.raises(BenchmarkError, match="begin: z"):
        document.fill(page, {"x": "new", "z": "new"})

    assert "new" not in page.read_text()
