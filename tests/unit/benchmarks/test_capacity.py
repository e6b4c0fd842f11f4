"""The arithmetic of docs/scale.md."""

from pathlib import Path

import pytest

from benchmarks import capacity
from benchmarks.errors import BenchmarkError

MEASURED = """\
| 128 in flight (8 connections × 16), calls/s | 4,000 (3,325–4,212) | 3,067 | 1.16 |
| category page with 10 books, against the baseline, pages/s | 1,000 (791–979) | 839 | 1.12 |
| `/` with its shelves, against the category page, pages/s | 400 (330–403) | 922 | 0.41 |
"""


def test_the_document_has_the_tables_of_todays_measurements(tmp_path: Path) -> None:
    copy = tmp_path / "scale.md"
    copy.write_text(capacity.DOCUMENT.read_text("utf-8"), "utf-8")
    capacity.main(copy)
    assert copy.read_text("utf-8") == capacity.DOCUMENT.read_text("utf-8")


def test_the_cost_of_a_part_is_the_time_of_both_cores_minus_the_other_parts() -> None:
    costs = capacity.measured(MEASURED)
    assert costs.service == pytest.approx(2e6 / 4_000 - 90 - 25)
    assert costs.service + costs.page + 90 == pytest.approx(2_000)
    assert costs.service + costs.home + 90 == pytest.approx(5_000)


def test_cores_are_planned_to_be_sixty_percent_busy() -> None:
    assert capacity.cores(6_000, 100.0) == 1
    assert capacity.cores(6_001, 100.0) == 2


def test_a_missing_row_is_named() -> None:
    with pytest.raises(BenchmarkError, match="128 in flight"):
        capacity.measured("")


def test_a_billion_books_take_a_thousand_times_the_space_of_a_million() -> None:
    last = capacity.catalogues_table().splitlines()[-1]
    assert "1,000,000,000" in last
    assert "655" in last
