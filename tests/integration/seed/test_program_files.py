"""Each program's file, loaded by the documented command, and the resulting books in the database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.program_files import CASES, program_file

Load = Callable[..., Any]


@pytest.mark.usefixtures("stays_sound")
@pytest.mark.parametrize("file", CASES)
def test_a_programs_file_loads_without_options(
    file: str, run: Load, shop: Load, tmp_path: Path, engine: sa.Engine
) -> None:
    result = run("load", program_file(file, tmp_path), "--json")

    name, expected = CASES[file]
    assert result.status == 0, result.err
    figures = result.figures
    assert (figures["added"], figures["rejected"]) == (len(expected), 0)
    with engine.connect() as connection:
        edition_years = set(connection.scalars(sa.text("SELECT id FROM book WHERE is_edition_year")))
    for book, case in zip(shop(), expected, strict=True):
        key, title, authors, year, is_edition_year, isbn, language, description, categories, _ = case
        assert (book["title"], tuple(book["authors"]), book["year"]) == (title, authors, year), name
        assert (book["isbn"], book["language"], book["description"]) == (isbn, language, description)
        assert book["categories"] == sorted(categories)
        assert (book["id"] in edition_years) == (is_edition_year and year is not None)
        (stored_key,) = book["keys"]
        assert key is None or stored_key == f"{figures['source']}:{key}"
    readings = [case[-1] for case in expected if case[-1] is not None]
    states = {reading.state for reading in readings if reading.state}
    assert states == set(figures["readings"]) - {"rated"}
    assert figures["readings"].get("rated", 0) == sum(bool(reading.rating) for reading in readings)


def test_a_load_that_is_incomplete_because_of_a_damaged_file_ends_with_status_3(load: Load, shop: Load) -> None:
    result = load('title,author\nEmma,Jane Austen\nDune,"Frank\n')

    assert result.status == 3
    assert [book["title"] for book in shop()] == ["Emma"]
    assert result.figures["unreadable"] == 1


def test_the_report_names_columns_that_occur_twice(run: Load, tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("title,author,Author,author\nEmma,Jane Austen,,Ann Radcliffe\n", encoding="utf-8")

    report = run("load", path, "--dry-run").out

    assert "2 columns are named author: authors and categories are taken from all" in report
    assert "Emma · Jane Austen, Ann Radcliffe" in report
