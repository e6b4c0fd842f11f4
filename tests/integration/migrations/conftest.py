"""Alembic as users run it: a command in the project's root, with only `DATABASE_URL` set."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[3]

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts an alembic command on a database; without one, `DATABASE_URL` is not set."""
    started: list[subprocess.Popen[str]] = []

    def start_alembic(url: str | None, *arguments: str) -> "subprocess.Popen[str]":
        environ = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "alembic", *arguments],
            cwd=ROOT,
            env=environ if url is None else {**environ, "DATABASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start_alembic
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def alembic(start: Start) -> Callable[..., str]:
    """Give a function that runs an alembic command, expects status 0, and returns its output."""

    def run(url: str, *arguments: str) -> str:
        process = start(url, *arguments)
        output, errors = process.communicate()
        assert process.returncode == 0, errors
        return output + errors

    return run


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection]:
    """Give a connection to a database with today's schema."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
