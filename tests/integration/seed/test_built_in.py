from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from seed.data import built_in
from seed.data.built_in import PATH
from tests.integration.seed.conftest import Run


def test_loads_the_built_in_books(spawn: Callable[..., Any], engine: sa.Engine) -> None:
    loading = spawn()
    _, errors = loading.communicate()

    assert loading.returncode == 0, errors
    with engine.connect() as connection:
        books = connection.scalar(sa.text("SELECT count(*) FROM book"))
    assert books == len(PATH.read_text(encoding="utf-8").splitlines()) - 1


def test_loading_them_again_changes_nothing_and_reports_it(run: Run, engine: sa.Engine) -> None:
    everything = sa.text("SELECT id, title, category_id, position FROM book JOIN slot ON book_id = id ORDER BY 1, 3")
    run()
    with engine.connect() as connection:
        before = connection.execute(everything).all()

    again = run()

    with engine.connect() as connection:
        assert connection.execute(everything).all() == before
    assert again.status == 0
    assert "Nothing changed" in again.out


def test_a_damaged_file_is_refused_with_line_and_reason(
    run: Run, engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = PATH.read_text(encoding="utf-8").splitlines()
    lines[99] = "a-book-without-a-title,,Somebody,1900,,en,,,Mystery"
    damaged = tmp_path / "books.csv"
    damaged.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(built_in, "PATH", damaged)

    result = run()

    assert result.status == 1
    assert "line 100: " in result.err
    assert "title" in result.err
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM book")) == 0


def test_if_empty_does_nothing_if_there_are_books(run: Run, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO book (title, fingerprint) VALUES ('Mine', gen_random_uuid())"))

    result = run("--if-empty")

    assert result.status == 0
    assert "already has books" in result.out
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM book")) == 1


def test_if_empty_loads_if_there_are_none(run: Run, engine: sa.Engine) -> None:
    assert run("--if-empty").status == 0

    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) > 600 FROM book"))


def test_recount_corrects_wrong_counts(run: Run, engine: sa.Engine) -> None:
    run()
    state = sa.text("SELECT id, book_count, high_water FROM category ORDER BY id")
    with engine.begin() as connection:
        right = connection.execute(state).all()
        connection.execute(sa.text("UPDATE category SET book_count = 7, high_water = 0"))

    result = run("recount")

    assert result.status == 0
    with engine.connect() as connection:
        assert connection.execute(state).all() == right
    assert "All counts were right" in run("recount").out


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "no shop is running here: start one with 'make run'"),
        ("mysql://host/name", "must begin with postgresql://"),
        ("postgresql://nobody@127.0.0.1:1/nothing", "cannot be reached"),
    ],
)
def test_reports_a_missing_database_in_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("BOOKSTALL_DATA", "/nowhere")

    failed = run()

    assert failed.status == 1
    (line,) = failed.err.splitlines()
    assert sentence in line


def test_suggests_to_migrate_if_there_is_no_schema(
    run: Run, monkeypatch: pytest.MonkeyPatch, empty_database: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database)

    failed = run()

    assert failed.status == 1
    assert "alembic upgrade head" in failed.err
    assert "docker compose run --rm migrate" in failed.err


def test_uses_the_database_of_the_shop_that_is_running_here(
    run: Run, monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text(f"{database_url}\n")
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("BOOKSTALL_DATA", str(tmp_path))

    result = run()

    assert result.status == 0, result.err
