"""Fixtures that load small files into a real catalogue in this process, and inspect the result."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest
import sqlalchemy as sa

from seed.__main__ import main

# Each query finds violations; a sound catalogue has none.
INVARIANTS = {
    "a book without a slot in the whole catalogue": """
        SELECT id FROM book WHERE NOT EXISTS (SELECT FROM slot WHERE book_id = id AND category_id = 0)
    """,
    "a book in no category": """
        SELECT id FROM book WHERE NOT EXISTS (SELECT FROM slot WHERE book_id = id AND category_id <> 0)
    """,
    "a book in More books that has another category": """
        SELECT book_id FROM slot JOIN category ON category.id = category_id WHERE category_id <> 0
        GROUP BY book_id HAVING bool_or(slug = 'more-books') AND count(book_id) > 1
    """,
    "a wrong book_count": """
        SELECT id FROM category
        WHERE book_count <> (SELECT count(book_id) FROM slot WHERE category_id = category.id)
    """,
    "a position above high_water": """
        SELECT id FROM category
        WHERE high_water < (SELECT coalesce(max(position), 0) FROM slot WHERE category_id = category.id)
    """,
    "a slot with a book that does not exist": """
        SELECT position FROM slot WHERE book_id IS NOT NULL AND NOT EXISTS (SELECT FROM book WHERE id = book_id)
    """,
    "a book in two slots of one category": """
        SELECT book_id FROM slot WHERE book_id IS NOT NULL GROUP BY book_id, category_id HAVING count(*) > 1
    """,
    "a key without a book": "SELECT key FROM book_source WHERE NOT EXISTS (SELECT FROM book WHERE id = book_id)",
    "a book that no source names": """
        SELECT id FROM book WHERE NOT EXISTS (SELECT FROM book_source WHERE book_id = id)
    """,
}


@dataclass(frozen=True)
class Result:
    """The exit status and the output of a run of the command."""

    status: int
    out: str
    err: str

    @property
    def figures(self) -> dict[str, Any]:
        """The figures of a run with --json."""
        figures: dict[str, Any] = json.loads(self.out)
        return figures


Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the command as a function of its arguments."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run_with(*arguments: object) -> Result:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        output = capsys.readouterr()
        return Result(status, output.out, output.err)

    return run_with


@pytest.fixture
def load(run: Run, tmp_path: Path) -> Run:
    """Return a function that writes a text to a file and loads it with `--json`; the file's name is the source."""

    def load_text(text: str, *options: object, name: str = "books.csv") -> Result:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return run("load", path, "--json", *options)

    return load_text


@pytest.fixture
def shop(engine: sa.Engine) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that returns all books in the order of ids, each with its sorted categories and keys.

    "More books" is not among the categories.
    """

    def books() -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return [
                dict(row)
                for row in connection.execute(
                    sa.text("""
                        SELECT id, title, authors, year, isbn, language, description, cover_url,
                               ARRAY(SELECT name FROM slot JOIN category ON category.id = category_id
                                     WHERE book_id = book.id AND slug NOT IN ('', 'more-books')
                                     ORDER BY name COLLATE "C")
                                   AS categories,
                               ARRAY(SELECT source || ':' || key AS name FROM book_source WHERE book_id = book.id
                                     ORDER BY source, key) AS keys
                        FROM book ORDER BY id
                    """)
                ).mappings()
            ]

    return books


@pytest.fixture
def sound(engine: sa.Engine) -> Callable[[], None]:
    """Return a function that asserts every invariant of the catalogue."""

    def check() -> None:
        with engine.connect() as connection:
            violations = {name: connection.execute(sa.text(query)).all() for name, query in INVARIANTS.items()}
        assert {name: rows for name, rows in violations.items() if rows} == {}

    return check


@pytest.fixture
def stays_sound(sound: Callable[[], None]) -> Iterator[None]:
    """Assert every invariant at the end of the test."""
    yield
    sound()


@pytest.fixture
def slots(engine: sa.Engine) -> Callable[[], set[tuple[str, int, str]]]:
    """Return a function that returns (slug, position, title) of all filled slots."""

    def filled() -> set[tuple[str, int, str]]:
        with engine.connect() as connection:
            rows = connection.execute(
                sa.text("""
                    SELECT slug, position, title
                    FROM slot JOIN category ON category.id = category_id JOIN book ON book.id = book_id
                """)
            )
            return {(row.slug, row.position, row.title) for row in rows}

    return filled


@pytest.fixture
def spawn(database_url: str) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Return a function that starts the command as a child process."""
    with contextlib.ExitStack() as processes:

        def start(
            *arguments: object, stdin: int = subprocess.DEVNULL, stdout: int | IO[str] = subprocess.PIPE
        ) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [sys.executable, "-m", "seed", *map(str, arguments)],
                env=os.environ | {"DATABASE_URL": database_url},
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
            )
            processes.enter_context(process)
            processes.callback(process.kill)
            return process

        yield start


@pytest.fixture
def wait_for(engine: sa.Engine) -> Callable[[str], None]:
    """Return a function that waits until a query of the server's statistics views returns true."""

    def wait(condition: str) -> None:
        deadline = time.monotonic() + 30
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not connection.scalar(sa.text(condition)):
                assert time.monotonic() < deadline, condition

    return wait
