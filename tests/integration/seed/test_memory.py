"""A load keeps no rows in memory, whether they are stored or rejected."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROWS = 200_000
MAX_BYTES = 300_000_000


@pytest.mark.time_limit(180, reason="loads 200,000 rows, which takes a minute on a busy machine")
@pytest.mark.parametrize("title", ["Book", ""], ids=["stored", "rejected"])
def test_memory_stays_below_300_mb(database_url: str, tmp_path: Path, title: str) -> None:
    path = tmp_path / "books.csv.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("key,title,categories,description\n")
        file.writelines(f"{row},{title},Shelf {row % 100},{row:0300}\n" for row in range(ROWS))
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
    assert 20_000_000 < int(result.stdout) < MAX_BYTES
