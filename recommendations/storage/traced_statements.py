"""Gives each SQL statement a span, whether SQLAlchemy or the service itself sends it to the driver."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Self

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine


def trace_statements(engine: AsyncEngine, trace: Callable[[str], AbstractContextManager[None]]) -> None:
    """Run every statement of the engine's connections within `trace`, which gets its text without the parameters."""

    class TracedCursor(psycopg.AsyncCursor[Any]):
        async def execute(self, query: Any, *arguments: Any, **options: Any) -> Self:
            with trace(query):
                return await super().execute(query, *arguments, **options)

    @sa.event.listens_for(engine.sync_engine, "do_connect")
    def use_traced_cursors(_dialect: object, _record: object, _arguments: object, parameters: dict[str, Any]) -> None:
        parameters["cursor_factory"] = TracedCursor
