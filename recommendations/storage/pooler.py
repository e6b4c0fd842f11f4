"""Connections through a pooler in transaction mode, such as PgBouncer.

Each transaction may run on another server connection. The pooler accepts no session settings, so they must be set on
the role, and prepared statements cannot be used.
"""

import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

_log = logging.getLogger(__name__)


def expect_pooler(engine: AsyncEngine, role_settings: Mapping[str, str | int]) -> None:
    """Disable prepared statements, and log once which of these settings the role lacks."""

    @sa.event.listens_for(engine.sync_engine, "do_connect")
    def prepare_nothing(_dialect: object, _record: object, _arguments: object, parameters: dict[str, Any]) -> None:
        parameters["prepare_threshold"] = None

    @sa.event.listens_for(engine.sync_engine, "first_connect")
    def check_role(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(role_settings)])
        actual = dict(cursor.fetchall())
        cursor.close()
        connection.rollback()
        if different := [name for name, value in role_settings.items() if actual.get(name) != str(value)]:
            _log.warning("behind a pooler the role must set %s: see containers/roles.sql", ", ".join(different))
