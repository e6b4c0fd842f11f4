"""The engine of the service. It needs greenlet, so it is not in `engine.py`, which the seed and migrations import."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext import asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from recommendations.storage.engine import connect_args, read_password
from recommendations.storage.host_selector import HostSelector
from recommendations.storage.hosts import Host, hosts_in, preference_of


class Database(NamedTuple):
    """An engine for an event loop, and the servers that it chooses from."""

    engine: AsyncEngine
    hosts: HostSelector
    primary: "Database | None" = None
    """For the primary only; None if the address names a single server."""


def create_database(
    url: sa.URL,
    *,
    application_name: str,
    settings: Mapping[str, str | int] | None = None,
    password_file: Path | None = None,
    shuffle: Callable[[list[Host]], None] = random.shuffle,
    **options: Any,
) -> Database:
    """Build an engine like `engine.create_engine`, but for asyncio.

    Args:
        url: as for `create_engine`; here `target_session_attrs` and `load_balance_hosts` choose among its hosts.
        application_name: as for `create_engine`.
        settings: as for `create_engine`.
        password_file: read again for each connection, so that a new password needs no restart.
        shuffle: changes the order of the hosts before each connection where `load_balance_hosts=random`.
        options: passed to `sqlalchemy.ext.asyncio.create_async_engine`.
    """
    several = len(hosts_in(url)) > 1
    alone = url.update_query_dict({"target_session_attrs": "primary"})
    primary = _build(alone, application_name, settings, password_file, None, **options) if several else None
    return _build(url, application_name, settings, password_file, shuffle, **options)._replace(primary=primary)


def _build(
    url: sa.URL,
    application_name: str,
    settings: Mapping[str, str | int] | None,
    password_file: Path | None,
    shuffle: Callable[[list[Host]], None] | None,
    **options: Any,
) -> Database:
    balance = url.query.get("load_balance_hosts") == "random"
    hosts = HostSelector(hosts_in(url), preference_of(url), shuffle if balance else None)
    arguments = connect_args(url, application_name, settings) | {"async_creator_fn": hosts.connect}
    engine = asyncio.create_async_engine(url, connect_args=arguments, **options)
    if password_file is not None:

        @sa.event.listens_for(engine.sync_engine, "do_connect")
        def read_again(_dialect: object, _record: object, _arguments: object, parameters: dict[str, Any]) -> None:
            parameters["password"] = read_password(password_file)

    return Database(engine, hosts)
