"""A password that changes while the service runs: the next connection uses it, without a restart."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.conftest import CHOICE
from tests.support.service import CALL_TIMEOUT_S, NOT_SERVING, SERVING, Client, database_of, serving
from tests.support.shelves import Shop, open_shop


@dataclass(frozen=True)
class Reader:
    """A role that needs a password, and the file from which the service reads it."""

    shop: Shop
    name: str
    url: str
    file: Path

    def change(self, password: str) -> None:
        """Give the role another password."""
        self.shop.run(f"ALTER ROLE {self.name} PASSWORD '{password}'")

    def end_connections(self) -> None:
        """Let PostgreSQL end the connections of the role."""
        assert self.shop.number(
            f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{self.name}'"
        )


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give a shop of its own, because another role reads it."""
    with open_shop(database_url) as shop:
        shop.shelf("mystery", 20)
        yield shop


@pytest.fixture
def reader(shop: Shop, database_url: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Reader]:
    """Give a role with a password; skip if the server requires none and is not ours."""
    name = f"reader_{uuid.uuid4().hex[:12]}"
    reader = Reader(shop, name, url_of(database_url, name), tmp_path / "password")
    is_ours = pytestconfig.stash[CHOICE].kind == "embedded"
    with role(shop, name), password_required(reader) if is_ours else unchanged():
        if lets_in(reader, "wrong"):
            pytest.skip("this server requires no password")
        reader.change("the first")
        reader.file.write_text("the first\n")
        yield reader


def url_of(url: str, name: str) -> str:
    """Return the database's address for another role, without a password."""
    given = make_url(url)
    theirs = given.update_query_dict({"user": name}) if "user" in given.query else given.set(username=name)
    return theirs.set(password=None).render_as_string(hide_password=False)


@contextmanager
def unchanged() -> Iterator[None]:
    """Change nothing."""
    yield


@contextmanager
def role(shop: Shop, name: str) -> Iterator[None]:
    """Make a role that may read this database, for the block."""
    shop.run(f"CREATE ROLE {name} LOGIN PASSWORD 'none'")
    try:
        shop.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
        yield
    finally:
        shop.run(f"DROP OWNED BY {name}")
        shop.run(f"DROP ROLE {name}")


@contextmanager
def password_required(reader: Reader) -> Iterator[None]:
    """Make the embedded server, which trusts every local connection, require this role's password."""
    (rules,) = reader.shop.connection.execute("SHOW hba_file").fetchone() or ("",)
    file, before = Path(rules), Path(rules).read_text()
    file.write_text(f"local all {reader.name} scram-sha-256\n{before}")
    try:
        reader.shop.run("SELECT pg_reload_conf()")
        end = time.monotonic() + CALL_TIMEOUT_S
        while lets_in(reader, "wrong"):
            assert time.monotonic() < end, "the server still accepts a wrong password"
        yield
    finally:
        file.write_text(before)
        reader.shop.run("SELECT pg_reload_conf()")


def lets_in(reader: Reader, password: str) -> bool:
    """Return whether the server accepts this password."""
    try:
        psycopg.connect(reader.url, password=password).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def service(reader: Reader) -> Iterator[Client]:
    """Give a client of a service that has drawn as that role already."""
    with serving(database_of(reader.url, password_file=reader.file)) as client:
        client.wait_until(SERVING)
        assert client.books("mystery").books
        yield client


def test_a_new_password_is_used_without_a_failed_call(reader: Reader, service: Client) -> None:
    reader.file.write_text("the second\n")
    reader.change("the second")
    assert not lets_in(reader, "the first")
    reader.end_connections()
    assert len(service.books("mystery").books) == 10
    assert len(service.shelves().shelves) == 1
    assert service.check() == SERVING


def test_a_password_that_comes_late_is_used_as_soon_as_the_file_has_it(reader: Reader, service: Client) -> None:
    reader.change("the second")
    reader.end_connections()
    service.wait_until(NOT_SERVING)
    reader.file.write_text("the second\n")
    service.wait_until(SERVING)
    assert len(service.books("mystery").books) == 10
