"""The service behind PgBouncer in transaction mode, where each statement may use another connection to the server."""

import contextlib
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.pgbouncer import SERVER_CONNECTIONS, needs_pgbouncer, pgbouncer
from tests.support.service import CALL_TIMEOUT_S, NOT_SERVING, SERVING, client_of
from tests.support.service_process import Program, program
from tests.support.shelves import Shop, open_shop

ROUNDS = 8
"""More than the five after which psycopg prepares a statement."""
ROLE_SETTINGS = {
    "statement_timeout": "'2s'",
    "default_transaction_read_only": "on",
    "jit": "off",
    "enable_seqscan": "off",
}

pytestmark = needs_pgbouncer


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Open a shop of its own, with a dense shelf and one that is read whole."""
    with open_shop(database_url) as shop:
        shop.shelf("mystery", 20)
        yield shop


@pytest.fixture
def role(shop: Shop) -> Iterator[str]:
    """Make a role that may read this database and has the settings that the service cannot set."""
    name = f"reader_{uuid.uuid4().hex[:12]}"
    shop.run(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
    shop.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    for setting, value in ROLE_SETTINGS.items():
        shop.run(f"ALTER ROLE {name} SET {setting} = {value}")
    yield name
    shop.run(f"DROP OWNED BY {name}")
    shop.run(f"DROP ROLE {name}")


@contextlib.contextmanager
def pooled_service(address: str) -> Iterator[Program]:
    with program(DATABASE_URL=address, DATABASE_POOLER="transaction") as service:
        yield service


def test_every_call_works_on_shared_connections(shop: Shop, role: str, database_url: str, tmp_path: Path) -> None:
    with (
        pgbouncer(tmp_path, database_url, role, "secret") as address,
        pooled_service(address) as service,
        client_of(service.target) as client,
    ):
        client.wait_until(SERVING)
        book = client.books("mystery").books[0].id
        with ThreadPoolExecutor(4) as threads:
            calls = [
                threads.submit(call)
                for _ in range(ROUNDS)
                for call in (
                    lambda: client.books("mystery", max_results=3).books,
                    lambda: client.shelves().shelves,
                    lambda: client.categories().categories,
                    lambda: [client.book(book)],
                )
            ]
            assert all(call.result(CALL_TIMEOUT_S) for call in calls)
        server_connections = shop.number(f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{role}'")
        assert 1 <= server_connections <= SERVER_CONNECTIONS
        ended = service.end()
    assert ended.status == 0
    assert "pooler" not in ended.stderr


def test_settings_that_the_role_lacks_are_logged(shop: Shop, role: str, database_url: str, tmp_path: Path) -> None:
    shop.run(f"ALTER ROLE {role} RESET ALL")
    shop.run(f"ALTER ROLE {role} SET jit = off")
    with (
        pgbouncer(tmp_path, database_url, role, "secret") as address,
        pooled_service(address) as service,
        client_of(service.target) as client,
    ):
        client.wait_until(SERVING)
        log = service.end().stderr
    (warning,) = [line for line in log.splitlines() if "behind a pooler" in line]
    assert {name for name in ROLE_SETTINGS if name in warning} == ROLE_SETTINGS.keys() - {"jit"}


def test_without_the_setting_the_pooler_refuses_the_service(role: str, database_url: str, tmp_path: Path) -> None:
    with (
        pgbouncer(tmp_path, database_url, role, "secret") as address,
        program(DATABASE_URL=address) as service,
        client_of(service.target) as client,
    ):
        client.wait_until(NOT_SERVING)
        log = service.end().stderr
    assert "unsupported startup parameter: options" in log
