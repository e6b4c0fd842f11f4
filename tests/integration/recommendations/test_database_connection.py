"""The connection alone: what it does when it is refused, deaf, or its password cannot be read."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from recommendations.domain.errors import DatabaseUnavailableError
from recommendations.storage import async_engine, connection, engine
from recommendations.storage.connection import DatabaseConnection
from tests.support.service import CALL_TIMEOUT_S, database_of
from tests.support.tcp_proxy import proxied


def select_one(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.text("SELECT 1")) or 0)


def use(url: str, test: Callable[[DatabaseConnection], Awaitable[None]], task_timeout_s: float = 5.0) -> None:
    """Run a test with a connection to this address, and close that in the end."""

    async def run() -> None:
        connection = DatabaseConnection(database_of(url), task_timeout_s=task_timeout_s)
        async with asyncio.timeout(CALL_TIMEOUT_S):
            try:
                await test(connection)
            finally:
                await connection.close()

    asyncio.run(run())


def test_work_that_is_refused_while_it_connects_is_not_done(database_url: str) -> None:
    with proxied(database_url) as (proxy, url):

        async def test(connection: DatabaseConnection) -> None:
            proxy.be_deaf(deaf=True)
            pending = connection.run(select_one)
            while not proxy.connections:  # noqa: ASYNC110  # the proxy's threads cannot notify this event loop
                await asyncio.sleep(0)
            connection.refuse(refuse=True)
            connection.break_connection()
            proxy.be_deaf(deaf=False)
            with pytest.raises(DatabaseUnavailableError):
                await pending
            connection.refuse(refuse=False)
            assert await connection.run(select_one) == 1

        use(url, test)


def test_a_deaf_connection_is_cut_and_the_next_piece_of_work_gets_another(database_url: str) -> None:
    with proxied(database_url) as (proxy, url):

        async def test(connection: DatabaseConnection) -> None:
            assert await connection.run(select_one) == 1
            proxy.be_deaf(deaf=True)
            with pytest.raises(DatabaseUnavailableError):
                await connection.run(select_one)
            proxy.be_deaf(deaf=False)
            assert await connection.run(select_one) == 1

        use(url, test, task_timeout_s=0.2)


def test_a_password_that_cannot_be_read_makes_the_database_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a password")
    address = engine.database_url(
        {"DATABASE_URL": "postgresql://reader@192.0.2.1/shop", "DATABASE_PASSWORD_FILE": str(file)}
    )
    unusable = async_engine.create_database(address, application_name="a test", password_file=file)
    file.unlink()

    async def test() -> None:
        with pytest.raises(DatabaseUnavailableError):
            await DatabaseConnection(unusable).run(select_one)

    asyncio.run(test())


def test_an_error_of_one_piece_of_work_costs_no_connection(database_url: str) -> None:
    def own_number(connection: sa.Connection) -> int:
        return int(connection.scalar(sa.text("SELECT pg_backend_pid()")) or 0)

    async def test(connection: DatabaseConnection) -> None:
        before = await connection.run(own_number)
        with pytest.raises(sa.exc.DBAPIError):
            await connection.run(lambda used: used.execute(sa.text("SELECT 1 / 0")))
        assert await connection.run(own_number) == before

    use(database_url, test)


def test_a_task_whose_new_connection_breaks_runs_once_more(database_url: str) -> None:
    async def test(connection: DatabaseConnection) -> None:
        attempts: list[int] = []

        def break_the_first(used: sa.Connection) -> int:
            attempts.append(len(attempts))
            if len(attempts) == 1:
                connection.break_connection()
            return select_one(used)

        assert await connection.run(break_the_first) == 1
        assert attempts == [0, 1]

    use(database_url, test)


def test_closing_does_not_wait_for_a_server_that_does_not_answer(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CONNECT_TIMEOUT_S", 600)
    monkeypatch.setattr(connection, "FIRST_CONNECT_TIMEOUT_S", 600)
    with proxied(database_url) as (proxy, url):

        async def test(used: DatabaseConnection) -> None:
            proxy.be_deaf(deaf=True)
            pending = used.run(select_one)
            while not proxy.connections:  # noqa: ASYNC110  # the proxy's threads cannot notify this event loop
                await asyncio.sleep(0)
            await used.close()
            with pytest.raises(DatabaseUnavailableError):
                await pending

        use(url, test)
