"""`containers/roles.sql` on every version of PostgreSQL that this computer has."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from quickstart.devdb.binaries import DEBIAN_VERSIONS, find_bindir, is_bindir, server_version
from quickstart.devdb.temporary_database import fresh_database
from quickstart.devdb.temporary_server import temporary_server

SCRIPT = Path(__file__).resolve().parents[2] / "containers" / "roles.sql"
LOGINS = ("bookstall_migrator", "bookstall_seeder", "bookstall_service")
BINDIRS = [find_bindir(os.environ), *(folder for folder in sorted(DEBIAN_VERSIONS.glob("*/bin")) if is_bindir(folder))]


@pytest.fixture(scope="module", params=BINDIRS, ids=server_version)
def bindir(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


@pytest.fixture(scope="module")
def server_url(bindir: Path) -> Iterator[str]:
    with temporary_server(bindir) as server:
        yield server.url


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    for role in LOGINS:
        (tmp_path / role).write_text("secret")
    return tmp_path


def apply(bindir: Path, url: str, passwords: Path) -> None:
    command = [str(bindir / "psql"), "--no-psqlrc", url, f"--set=passwords={passwords}", f"--file={SCRIPT}"]
    subprocess.run(command, check=True, capture_output=True, timeout=30)


def settings_of(connection: psycopg.Connection, role: str) -> set[str]:
    rows = connection.execute(
        "SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setrole = %s::regrole", [role]
    ).fetchall()
    return {setting for (setting,) in rows}


def test_applies_twice_and_limits_the_service(bindir: Path, url: str, passwords: Path) -> None:
    apply(bindir, url, passwords)
    apply(bindir, url, passwords)

    with psycopg.connect(url) as connection:
        settings = settings_of(connection, "bookstall_service")
        assert {"default_transaction_read_only=on", "statement_timeout=2s"} <= settings
        modern = connection.info.server_version >= 170_000
        assert ("transaction_timeout=10s" in settings) is modern
        connection.execute("SET ROLE bookstall_owner")
        connection.execute("CREATE TABLE example (id int)")
        privileges = "SELECT has_table_privilege(%s, 'example', 'SELECT'), has_table_privilege(%s, 'example', 'INSERT')"
        assert connection.execute(privileges, ["bookstall_service"] * 2).fetchone() == (True, False)
        assert connection.execute(privileges, ["bookstall_seeder"] * 2).fetchone() == (True, True)


def test_resets_what_a_role_set_for_itself(bindir: Path, url: str, passwords: Path) -> None:
    apply(bindir, url, passwords)
    with psycopg.connect(url, autocommit=True) as connection:
        intended = settings_of(connection, "bookstall_service")
        database = connection.info.dbname
        connection.execute("SET SESSION AUTHORIZATION bookstall_service")
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("ALTER ROLE bookstall_service SET search_path = 'pg_temp'")
        connection.execute(f"ALTER ROLE bookstall_service IN DATABASE \"{database}\" SET search_path = 'pg_temp'")
        connection.execute("RESET SESSION AUTHORIZATION")
        assert "search_path=pg_temp" in settings_of(connection, "bookstall_service")

        apply(bindir, url, passwords)

        assert settings_of(connection, "bookstall_service") == intended
