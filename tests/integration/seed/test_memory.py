"""A load keeps no rows in memory, whether they are stored or rejected."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FEW_ROWS, MANY_ROWS = 1_000, 40_000
"""The few are enough for all modules, buffers and caches; the text alone of the many is 40 MB."""
MAX_GROWTH_BYTES = 20_000_000
MAX_BYTES = 300_000_000


@pytest.mark.parametrize("title", ["Book", ""], ids=["stored", "rejected"])
def test_memory_stays_below_300_mb(database_url: str, tmp_path: Path, title: str) -> None:
    few, many = (peak_of_load(database_url, tmp_path / "books.csv.gz", title, rows) for rows in (FEW_ROWS, MANY_ROWS))

    assert many - few < MAX_GROWTH_BYTES
    assert 20_000_000 < many < MAX_BYTES


def peak_of_load(database_url: str, path: Path, title: str, rows: int) -> int:
    """Write a catalogue, load it, and return the most memory that the command had."""
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("key,title,categories,description\n")
        file.writelines(f"{row},{title},Shelf {row % 100},{row:01000}\n" for row in range(rows))
    command = [
        sys.executable,
        "-m",
        "tests.support.peak_memory",
        "load",
        str(path),
        "--quiet",
        "--dry-run",
        "--rejects",
        os.devnull,
    ]

    result = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"DATABASE_URL": database_url}, stdout=subprocess.PIPE, check=False
    )

    assert result.returncode == (0 if title else 1)
    return int(result.stdout)
