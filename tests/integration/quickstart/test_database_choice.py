"""How a test run chooses its database server (tests/support/database_server.py)."""

import os
import subprocess
import sys

import pytest

from quickstart.settings import PROJECT_ROOT
from tests.support.database_server import choose


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no Docker engine answer, and unset TEST_DATABASE_URL."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)


def test_without_an_engine_it_is_the_embedded_server() -> None:
    assert choose("auto").description == "embedded PostgreSQL 18.6 (no Docker engine answers)"


def test_the_server_at_test_database_url_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://x")

    assert choose("auto").description == "the server at TEST_DATABASE_URL"


def test_a_forced_server_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://x")

    assert choose("embedded").description == "embedded PostgreSQL 18.6 (--database=embedded)"


def test_a_forced_container_without_an_engine_is_an_error() -> None:
    with pytest.raises(pytest.UsageError, match=r"^--database=container: no Docker engine answers$"):
        choose("container")


def test_a_forced_embedded_server_without_its_programs_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BINDIR", "/nowhere")

    with pytest.raises(pytest.UsageError, match="PG_BINDIR is '/nowhere'"):
        choose("embedded")


def test_the_error_ends_the_run_with_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--database=container", "tests/unit/quickstart"],
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        env={**os.environ, "DOCKER_HOST": "unix:///nowhere.sock"},
        check=False,
    )

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr.strip() == "ERROR: --database=container: no Docker engine answers"


def test_the_header_shows_the_choice(pytestconfig: pytest.Config) -> None:
    header = pytestconfig.hook.pytest_report_header(config=pytestconfig, start_path=PROJECT_ROOT)

    assert any(str(line).startswith("database: ") for line in header)
