from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import DOCUMENT, FULL_BENCHMARKS
from benchmarks.document import check, fill
from benchmarks.errors import BenchmarkError

PLACES = "before\n<!-- begin: a -->\nold\n<!-- end: a -->\nbetween\n<!-- begin: b --><!-- end: b -->\n"


@pytest.mark.parametrize("name", FULL_BENCHMARKS)
def test_the_document_has_a_place_for_each_table(name: str) -> None:
    check(DOCUMENT, import_module(f"benchmarks.{name}").TABLES)


def test_puts_each_table_into_its_place_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PLACES, encoding="utf-8")

    fill(page, {"a": r"| `\copy` | \1 |"})

    assert page.read_text(encoding="utf-8") == PLACES.replace("\nold\n", "\n\n| `\\copy` | \\1 |\n\n")


@pytest.mark.parametrize("text", ["", PLACES + PLACES], ids=["no place", "two places"])
def test_names_the_missing_markers_and_writes_nothing(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")

    with pytest.raises(BenchmarkError, match=r"page\.md must hold '<!-- begin: a -->'"):
        fill(page, {"a": "new"})
    with pytest.raises(BenchmarkError, match="begin: a"):
        check(page, ["a"])

    assert page.read_text(encoding="utf-8") == text
