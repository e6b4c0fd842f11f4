"""When the disk of a file that the command writes is full: one sentence, and nothing is half done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FULL = Path("/dev/full")
MANY = 20_000
"""Rows that no buffer holds, so that writing fails long before closing."""

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")

Run = Callable[..., Any]


@pytest.mark.parametrize("refused", [1, MANY])
def test_no_room_for_refused_rows_loads_nothing(load: Run, shop: Any, refused: int) -> None:
    said = load("key,title\n1,Emma\n" + "2,\n" * refused, "--quiet", "--rejects", FULL)

    assert said.status == 1
    assert said.err == "/dev/full cannot be written: No space left on device. Nothing was written.\n"
    assert shop() == []


@pytest.mark.parametrize("books", [1, MANY])
@pytest.mark.parametrize("name", ["catalogue", "catalogue.gz"])
def test_no_room_for_an_export_is_one_sentence(load: Run, run: Run, tmp_path: Path, name: str, books: int) -> None:
    load("title\n" + "".join(f"Book {number}\n" for number in range(books)))
    (tmp_path / name).symlink_to(FULL)

    said = run("export", tmp_path / name)

    assert said.status == 1
    assert said.err == f"{tmp_path / name} cannot be written: No space left on device. Nothing was written.\n"


@pytest.mark.parametrize("books", [1, MANY])
def test_no_room_behind_standard_output_is_one_sentence(load: Run, spawn: Run, books: int) -> None:
    load("title\n" + "".join(f"Book {number}\n" for number in range(books)))

    with FULL.open("w") as full:
        exporting = spawn("export", "-", stdout=full)
        _, err = exporting.communicate(timeout=60)

    assert exporting.returncode == 1
    assert err == "standard output cannot be written: No space left on device. Nothing was written.\n"
