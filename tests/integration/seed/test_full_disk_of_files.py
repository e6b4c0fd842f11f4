"""A full disk under a file that the command writes is reported in one sentence, and nothing is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FULL = Path("/dev/full")
MANY = 20_000
"""Rows that exceed every buffer, so that a write fails before the file is closed."""

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")

Run = Callable[..., Any]


@pytest.mark.parametrize("rejected", [1, MANY])
def test_without_space_for_rejected_rows_nothing_is_loaded(load: Run, shop: Any, rejected: int) -> None:
    result = load("key,title\n1,Emma\n" + "2,\n" * rejected, "--quiet", "--rejects", FULL)

    assert result.status == 1
    assert result.err == "/dev/full cannot be written: No space left on device. Nothing was written.\n"
    assert shop() == []


@pytest.mark.parametrize("books", [1, MANY])
@pytest.mark.parametrize("name", ["catalogue", "catalogue.gz"])
def test_an_export_without_space_is_reported_in_one_sentence(
    load: Run, run: Run, tmp_path: Path, name: str, books: int
) -> None:
    load("title\n" + "".join(f"Book {number}\n" for number in range(books)))
    (tmp_path / name).symlink_to(FULL)

    result = run("export", tmp_path / name)

    assert result.status == 1
    assert result.err == f"{tmp_path / name} cannot be written: No space left on device. Nothing was written.\n"


@pytest.mark.parametrize("books", [1, MANY])
def test_standard_output_without_space_is_reported_in_one_sentence(load: Run, spawn: Run, books: int) -> None:
    load("title\n" + "".join(f"Book {number}\n" for number in range(books)))

    with FULL.open("w") as full:
        exporting = spawn("export", "-", stdout=full)
        _, err = exporting.communicate(timeout=60)

    assert exporting.returncode == 1
    assert err == "standard output cannot be written: No space left on device. Nothing was written.\n"
