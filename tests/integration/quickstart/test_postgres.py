import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.data_folder import DataFolder, locked
from quickstart.devdb.postgres import EmbeddedServer, embedded_server
from quickstart.devdb.temporary_server import SETTINGS, temporary_server
from quickstart.errors import DataFolderInUseError, QuickstartError

BUILTIN_LOCALE = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """Give the server that all read-only tests share."""
    with temporary_server(find_bindir(os.environ)) as server:
        yield server


@contextmanager
def running(path: Path, bindir: Path) -> Iterator[EmbeddedServer]:
    with locked(path) as folder, embedded_server(folder, bindir, SETTINGS) as server:
        yield server


def query(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return row and row[0]


def write(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written (text text)")
        connection.execute("INSERT INTO written VALUES (%s)", [text])


def test_listens_on_no_network(server: EmbeddedServer) -> None:
    assert query(server.url, "SHOW listen_addresses") == ""


def test_sorts_alike_on_every_system(server: EmbeddedServer) -> None:
    assert query(server.url, BUILTIN_LOCALE) == "b C.UTF-8"
    assert query(server.url, "SELECT upper('é') || lower('Ж')") == "Éж"


def test_has_the_default_settings_and_those_of_the_caller(server: EmbeddedServer) -> None:
    assert query(server.url, "SHOW jit") == "off"
    assert query(server.url, "SHOW fsync") == "off"


def test_psql_reaches_it(server: EmbeddedServer, bindir: Path) -> None:
    command = [str(bindir / "psql"), server.url, "-Atc", "SELECT 1 + 1"]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "2\n"


def test_a_second_server_reports_that_the_data_folder_is_in_use(server: EmbeddedServer, bindir: Path) -> None:
    with (
        pytest.raises(DataFolderInUseError, match=f"already in use by process {os.getpid()},.*BOOKSTALL_DATA"),
        running(server.log.parent, bindir),
    ):
        pytest.fail("two servers on one data folder")

    assert query(server.url, "SELECT 1") == 1


def test_leaves_no_process_and_no_socket(data: Path, bindir: Path) -> None:
    with running(data, bindir) as server:
        sockets = Path(parse_qs(urlsplit(server.url).query)["host"][0])
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert (sockets / ".s.PGSQL.5432").is_socket()

    assert server.process.returncode == 0
    assert not sockets.exists()
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_keeps_committed_data_until_the_next_start(data: Path, bindir: Path) -> None:
    with running(data, bindir) as server:
        write(server.url, "kept")

    with running(data, bindir) as server:
        assert query(server.url, "SELECT text FROM written WHERE text = 'kept'") == "kept"


def test_recovers_committed_data_after_a_kill(data: Path, bindir: Path) -> None:
    # With the settings of the shop, where a commit waits for the log.
    with locked(data) as folder, embedded_server(folder, bindir) as server:
        write(server.url, "recovered")
        server.process.kill()

    assert server.process.returncode == -signal.SIGKILL
    with running(data, bindir) as server:
        assert query(server.url, "SELECT text FROM written WHERE text = 'recovered'") == "recovered"


def test_works_in_a_folder_of_any_name(data: Path, bindir: Path) -> None:
    assert {" ", ",", '"', "'", "%", "$", "☃"} <= set(str(data))

    with running(data, bindir) as server:
        assert query(server.url, "SELECT current_user") == "bookstall"


@pytest.mark.parametrize("name", ["a space", "a,comma", "longer than a socket's path may be" * 3])
def test_works_where_the_temporary_folder_has_any_name(
    temporary: Path, data: Path, bindir: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (temporary / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / name))

    with running(data, bindir) as server:
        assert query(server.url, "SELECT current_user") == "bookstall"


def test_works_in_a_folder_with_a_long_path(temporary: Path, bindir: Path) -> None:
    with running(temporary / ("long" * 20) / ("path" * 20), bindir) as server:
        assert query(server.url, "SELECT current_user") == "bookstall"


def test_ignores_the_environment_variables_of_other_servers(
    data: Path, bindir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PGPORT", "1"), ("PGDATA", "/nowhere"), ("PGHOST", "nowhere.invalid"), ("PGUSER", "nobody")):
        monkeypatch.setenv(name, value)

    with running(data, bindir) as server:
        assert query(server.url, "SELECT current_user") == "bookstall"


def test_makes_the_data_again_after_an_interruption(temporary: Path, bindir: Path) -> None:
    unfinished = temporary / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")

    with running(temporary, bindir) as server:
        assert query(server.url, "SELECT 1") == 1
    assert not unfinished.exists()


def test_starts_although_another_process_has_the_pid_of_a_stale_pid_file(data: Path, bindir: Path) -> None:
    with running(data, bindir) as server:
        server.process.kill()
    pid_file = data / "postgres" / "postmaster.pid"
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        pid_file.write_text(pid_file.read_text().replace(str(server.process.pid), str(other.pid), 1))

        with running(data, bindir) as server:
            assert query(server.url, "SELECT 1") == 1
        assert other.poll() is None


def test_says_why_the_server_does_not_start(data: Path, bindir: Path) -> None:
    settings = {**SETTINGS, "shared_buffers": "nonsense"}

    with (
        pytest.raises(QuickstartError, match=r"PostgreSQL did not start: .*shared_buffers"),
        locked(data) as folder,
        embedded_server(folder, bindir, settings),
    ):
        pytest.fail("it started")


def test_says_how_to_use_data_of_another_version(temporary: Path, bindir: Path) -> None:
    (temporary / "postgres").mkdir()
    (temporary / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(QuickstartError, match=r"made by PostgreSQL 17, .* set PG_BINDIR"), running(temporary, bindir):
        pytest.fail("it started")


def test_says_how_to_choose_another_data_folder(temporary: Path) -> None:
    (temporary / "file").touch()

    with pytest.raises(QuickstartError, match="set BOOKSTALL_DATA to a folder"), locked(temporary / "file" / "data"):
        pytest.fail("it was locked")


def test_lets_only_this_user_read_the_address(temporary: Path) -> None:
    with locked(temporary) as folder, folder.publish_url("postgresql://user:password@host/name"):
        assert folder.url_file.stat().st_mode & 0o777 == 0o600
        assert DataFolder(temporary).read_url() == "postgresql://user:password@host/name"

    assert DataFolder(temporary).read_url() is None
