"""The figures of a load for Prometheus' node_exporter."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.seed.conftest import Run
from tests.support.processes import wait_until

BOOKS = "title,author\nEmma,Jane Austen\nPersuasion,Jane Austen\n,Nobody\n"


def values(file: Path) -> dict[str, float]:
    lines = re.findall(r"^bookstall_seed_(\w+)\{.*\} (\S+)$", file.read_text("utf-8"), re.MULTILINE)
    return {name: float(value) for name, value in lines if name != "phase"}


def phase(file: Path) -> str:
    (current,) = re.findall(r'phase="(\w+)"\} 1$', file.read_text("utf-8"), re.MULTILINE)
    return str(current)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "seed.prom"


def test_shows_what_a_load_has_done(load: Run, file: Path) -> None:
    assert load(BOOKS, "--metrics", file).status == 0
    shown = values(file)
    assert (shown["rows_read"], shown["books_written"], shown["rows_rejected"]) == (3, 2, 1)
    assert shown["start_timestamp_seconds"] <= shown["end_timestamp_seconds"]
    assert shown["end_timestamp_seconds"] == shown["last_success_timestamp_seconds"]
    assert phase(file) == "done"


def test_keeps_the_time_of_the_last_success_when_a_load_fails(load: Run, file: Path) -> None:
    load(BOOKS, "--metrics", file)
    succeeded = values(file)["last_success_timestamp_seconds"]
    assert load(BOOKS, "--strict", "--metrics", file).status == 1
    assert phase(file) == "failed"
    assert values(file)["last_success_timestamp_seconds"] == succeeded
    assert values(file)["end_timestamp_seconds"] > succeeded


def test_refuses_a_file_that_cannot_be_written(load: Run, tmp_path: Path) -> None:
    result = load(BOOKS, "--metrics", tmp_path / "missing" / "seed.prom")
    assert result.status == 1
    assert "seed.prom cannot be written" in result.err


def test_a_load_whose_figures_cannot_be_written_in_the_end_is_complete(
    load: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as other:
            other.execute(sa.text("LOCK TABLE book"))
            running = pool.submit(load, BOOKS, "--metrics", folder / "seed.prom")
            wait_until(lambda: (folder / "seed.prom").exists() and phase(folder / "seed.prom") == "loading")
            folder.rename(tmp_path / "gone")
        result = running.result()
    assert result.status == 0
    assert "The load is complete, but" in result.err
    assert "Nothing was written" not in result.err
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM book")) == 2
