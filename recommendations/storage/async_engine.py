"""How the service connects. It alone needs greenlet, so this is no part of `database.py`, which others use too."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from recommendations.storage.engine import connect_args, read_password


def create_async_engine(
    url: sa.URL,
    *,
    application_name: str,
    settings: Mapping[str, str | int] | None = None,
    password_file: Path | None = None,
    **options: Any,
) -> AsyncEngine:
    """Build an engine as `database.create_engine` does, for connections that an event loop waits for.

    Args:
        url: as for `create_engine`.
        application_name: as for `create_engine`.
        settings: as for `create_engine`.
        password_file: read anew for each connection, so that a new password needs no restart.
        options: passed to `sqlalchemy.ext.asyncio.create_async_engine`.
    """
    engine = asyncio.create_async_engine(url, connect_args=connect_args(application_name, settings), **options)
    if password_file is not None:

        @sa.event.listens_for(engine.sync_engine, "do_connect")
        def read_anew(_dialect: object, _record: object, _arguments: object, parameters: dict[str, Any]) -> None:
            parameters["password"] = read_password(password_file)

    return engine
