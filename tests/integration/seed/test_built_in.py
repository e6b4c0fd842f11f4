import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from seed.__main__ import main
from seed.data import built_in
from seed.data.built_in import PATH

Seed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def seed(database_url: str) -> Seed:
    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "seed", *arguments],
            env=os.environ | {"DATABASE_URL": database_url} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_loads_the_built_in_books(seed: Seed, engine: sa.Engine) -> None:
    result = seed()

    assert result.returncode == 0, result.stderr
    with engine.connect() as connection:
        books = connection.scalar(sa.text("SELECT count(*) FROM book"))
    assert books == len(PATH.read_text(encoding="utf-8").splitlines()) - 1


def test_loading_them_again_changes_nothing_and_reports_it(seed: Seed, engine: sa.Engine) -> None:
    everything = sa.text("SELECT id, title, category_id, position FROM book JOIN slot ON book_id = id ORDER BY 1, 3")
    seed()
    with engine.connect() as connection:
        before = connection.execute(everything).all()

    again = seed()

    with engine.connect() as connection:
        assert connection.execute(everything).all() == before
    assert again.returncode == 0
    assert "Nothing changed" in again.stdout


def test_a_damaged_file_is_refused_with_line_and_reason(
    database_url: str,
    engine: sa.Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = PATH.read_text(encoding="utf-8").splitlines()
    lines[99] = "a-book-without-a-title,,Somebody,1900,,en,,,Mystery"
    damaged = tmp_path / "books.csv"
    damaged.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(built_in, "PATH", damaged)

    monkeypatch.setenv("DATABASE_URL", database_url)

    status = main([])

    output = capsys.readouterr().err
    assert status == 1
    assert "line 100: " in output
    assert "title" in output
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM book")) == 0


def test_if_empty_does_nothing_if_there_are_books(seed: Seed, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO book (title, fingerprint) VALUES ('Mine', gen_random_uuid())"))

    result = seed("--if-empty")

    assert result.returncode == 0
    assert "already has books" in result.stdout
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM book")) == 1


def test_if_empty_loads_if_there_are_none(seed: Seed, engine: sa.Engine) -> None:
    assert seed("--if-empty").returncode == 0

    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) > 600 FROM book"))


def test_recount_corrects_wrong_counts(seed: Seed, engine: sa.Engine) -> None:
    seed()
    state = sa.text("SELECT id, book_count, high_water FROM category ORDER BY id")
    with engine.begin() as connection:
        right = connection.execute(state).all()
        connection.execute(sa.text("UPDATE category SET book_count = 7, high_water = 0"))

    result = seed("recount")

    assert result.returncode == 0
    with engine.connect() as connection:
        assert connection.execute(state).all() == right
    assert "All counts were right" in seed("recount").stdout


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "no shop is running here: start one with 'make run'"),
        ("mysql://host/name", "must begin with postgresql://"),
        ("postgresql://nobody@127.0.0.1:1/nothing", "cannot be reached"),
    ],
)
def test_reports_a_missing_database_in_one_sentence(seed: Seed, url: str, sentence: str) -> None:
    failed = seed(DATABASE_URL=url, BOOKSTALL_DATA="/nowhere")

    assert failed.returncode == 1
    assert sentence in failed.stderr
    assert "Traceback" not in failed.stderr


def test_suggests_to_migrate_if_there_is_no_schema(seed: Seed, empty_database: str) -> None:
    failed = seed(DATABASE_URL=empty_database)

    assert failed.returncode == 1
    assert "alembic upgrade head" in failed.stderr
    assert "docker compose run --rm migrate" in failed.stderr


def test_uses_the_database_of_the_shop_that_is_running_here(seed: Seed, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{database_url}\n")

    result = seed(DATABASE_URL="", BOOKSTALL_DATA=str(tmp_path))

    assert result.returncode == 0, result.stderr
