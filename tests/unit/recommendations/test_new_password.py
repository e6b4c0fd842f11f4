"""A password that is changed while the service runs."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from recommendations.storage.async_engine import Database, create_database
from recommendations.storage.engine import database_url


class RefusedError(Exception):
    """Ends an attempt to connect before it contacts a server."""


async def connect(database: Database) -> None:
    async with database.engine.connect():
        pass


def test_each_connection_reads_the_password_anew(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("the first\n")
    url = database_url({"DATABASE_URL": "postgresql://reader@192.0.2.1/shop", "DATABASE_PASSWORD_FILE": str(file)})
    database = create_database(url, application_name="a test", password_file=file)
    offered = []

    @sa.event.listens_for(database.engine.sync_engine, "do_connect")
    def refuse(_dialect: object, _record: object, _arguments: object, parameters: dict[str, Any]) -> None:
        offered.append(parameters["password"])
        raise RefusedError

    for password in ("the first", "the second"):
        file.write_text(f"{password}\n")
        with pytest.raises(RefusedError):
            asyncio.run(connect(database))
    assert offered == ["the first", "the second"]
