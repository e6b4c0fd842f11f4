"""The names of sources: the file's, the given one, and none for standard input."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]

GOOD = "key,title,authors,year,isbn,categories\n1,Emma,Jane Austen,1815,9780141439587,Classics; Romance\n"


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that sets the text on standard input."""

    def set_text(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return set_text


def test_reads_standard_input_under_the_name_of_its_source(run: Run, shop: Shop, stdin: Callable[[str], None]) -> None:
    stdin(GOOD)

    assert run("load", "-", "--source", "mine", "--json").figures["source"] == "mine"
    assert shop()[0]["keys"] == ["mine:1"]


@pytest.mark.parametrize("options", [[], ["--sync"]])
def test_refuses_keys_from_standard_input_without_a_source(
    run: Run, shop: Shop, stdin: Callable[[str], None], options: list[str]
) -> None:
    stdin(GOOD)

    result = run("load", "-", "--quiet", *options)

    assert (result.status, shop()) == (1, [])
    assert "--source NAME" in result.err
    assert result.err.count("\n") == 1


def test_reads_standard_input_without_keys_and_source(run: Run, shop: Shop, stdin: Callable[[str], None]) -> None:
    stdin("title,authors\nEmma,Jane Austen\n")

    assert run("load", "-").status == 0
    assert [book["title"] for book in shop()] == ["Emma"]


def test_logs_that_another_file_has_the_same_name(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / folder / "books.csv" for folder in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(GOOD)

    first, again, other = (run("load", path).err for path in (paths[0], *paths))
    named = run("load", paths[0], "--source", "books").err

    assert "was last loaded from" not in first + again + named
    assert f"The source 'books' was last loaded from {paths[0]}. If this file is another catalogue" in other


def test_the_source_is_the_name_of_the_file_or_the_option(load: Run, shop: Shop) -> None:
    load(GOOD, name="spring list.csv")
    load(GOOD, "--source", "wholesaler")

    assert shop()[0]["keys"] == ["spring list:1", "wholesaler:1"]
