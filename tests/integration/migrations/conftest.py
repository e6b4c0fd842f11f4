"""Alembic as users run it: in the project's root, with only `DATABASE_URL` set; as a process, or within this one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from alembic.config import CommandLine, Config

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
def alembic(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[..., str]:
    """Give a function that runs an alembic command in this process, expects status 0, and returns its output."""
    monkeypatch.chdir(ROOT)

    def run(url: str, *arguments: str) -> str:
        monkeypatch.setenv("DATABASE_URL", url)
        caplog.clear()
        commands, output, status = CommandLine(), StringIO(), None
        options = commands.parser.parse_args(arguments)
        try:
            commands.run_cmd(Config(toml_file="pyproject.toml", cmd_opts=options, stdout=output), options)
        except SystemExit as stop:
            status = stop.code
        assert not status, status
        return output.getvalue() + capsys.readouterr().out + caplog.text

    return run


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection]:
    """Give a connection to a database with today's schema."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
