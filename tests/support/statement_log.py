"""Records which statements the service sends to read books, on their way from the driver to PostgreSQL."""

from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa

from recommendations.storage.async_engine import Database


class Sent(NamedTuple):
    """A statement that was sent, with the positions that it reads."""

    categories: list[int]
    """The category id of each position."""

    positions: list[int]


def noted(database: Database) -> list[Sent]:
    """Return a list that gets each statement for books when it is sent; those of the health probe read none."""
    sent: list[Sent] = []

    class Noting(psycopg.AsyncCursor[Any]):
        async def execute(self, query: Any, params: Any = None, **options: Any) -> "Noting":
            if "unnest" in str(query) and params.get("positions", "{}") != "{}":
                sent.append(Sent(_numbers(params["categories"]), _numbers(params["positions"])))
            return await super().execute(query, params, **options)

    @sa.event.listens_for(database.engine.sync_engine, "connect")
    def _use(connection: Any, _record: object) -> None:
        connection.driver_connection.cursor_factory = Noting

    return sent


def _numbers(array: str) -> list[int]:
    return [int(number) for number in array.strip("{}").split(",")]
