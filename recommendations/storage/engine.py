"""The database's address, and engines that connect to it. Nothing happens at import time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from recommendations.storage.hosts import hosts_in, several_hosts

CONNECT_TIMEOUT_S = 2
"""How long a new connection may take. libpq's minimum is 2."""

TCP_USER_TIMEOUT_MS = 2_000
"""After this long without an acknowledgement, a connection is dead. Without this setting a query hangs for minutes if
packets are dropped, regardless of the statement timeout."""


class DatabaseAddressError(ValueError):
    """The database's address is missing or malformed."""


def database_url(environ: Mapping[str, str]) -> sa.URL:
    """Return the database's address for SQLAlchemy from `DATABASE_URL` and `DATABASE_PASSWORD_FILE`.

    The password in the file, if there is one, replaces the one in the address.

    Raises:
        DatabaseAddressError: also if `DATABASE_POOLER` is invalid. The message is one sentence without the address,
            which may contain a password.
    """
    uses_pooler(environ)
    given = environ.get("DATABASE_URL", "")
    if not given:
        raise DatabaseAddressError(
            "DATABASE_URL is not set: give PostgreSQL's address, such as postgresql://user@host/name."
        )
    try:
        url = several_hosts(given) or sa.make_url(given)
    except (sa.exc.ArgumentError, ValueError):
        raise DatabaseAddressError("DATABASE_URL is not an address such as postgresql://user@host/name.") from None
    if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise DatabaseAddressError("DATABASE_URL must begin with postgresql://.")
    url = url.set(drivername="postgresql+psycopg")
    if password_file := environ.get("DATABASE_PASSWORD_FILE"):
        url = url.set(password=read_password(Path(password_file)))
    return url


def uses_pooler(environ: Mapping[str, str]) -> bool:
    """Return whether `DATABASE_POOLER` declares a pooler in transaction mode.

    Raises:
        DatabaseAddressError: if the setting is neither empty nor `transaction`.
    """
    mode = environ.get("DATABASE_POOLER", "")
    if mode not in {"", "transaction"}:
        raise DatabaseAddressError("DATABASE_POOLER must be transaction or empty.")
    return bool(mode)


def writers_url(environ: Mapping[str, str]) -> sa.URL:
    """Return the address as `database_url` does, for programs whose locks and temporary tables belong to a session.

    Raises:
        DatabaseAddressError: also if the address is a pooler's.
    """
    if uses_pooler(environ):
        raise DatabaseAddressError(
            "DATABASE_POOLER=transaction: this program needs a session, so set DATABASE_URL to PostgreSQL itself."
        )
    return database_url(environ)


def read_password(path: Path) -> str:
    """Return the password in a file; raise DatabaseAddressError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise DatabaseAddressError(f"DATABASE_PASSWORD_FILE cannot be read: {path}: {reason}.") from None


def create_engine(
    url: sa.URL,
    *,
    application_name: str,
    settings: Mapping[str, str | int] | None = None,
    **options: Any,
) -> sa.Engine:
    """Build an engine for PostgreSQL on psycopg that connects only when it is used.

    The engine is for writers: with several hosts it connects to the primary, regardless of the address's preference.

    Args:
        url: an address made by `database_url`.
        application_name: the name of these connections in PostgreSQL's views, such as `pg_stat_activity`.
        settings: PostgreSQL settings of each connection, such as `{"statement_timeout": "2s"}`.
        options: passed to `sqlalchemy.create_engine`.
    """
    arguments = connect_args(url, application_name, settings)
    if len(hosts_in(url)) > 1:
        arguments["target_session_attrs"] = "primary"
    return sa.create_engine(url, connect_args=arguments, **options)


def connect_args(url: sa.URL, application_name: str, settings: Mapping[str, str | int] | None) -> dict[str, Any]:
    """Return the driver's arguments for each connection; the arguments are those of `create_engine`.

    `options` of the address are kept. Our settings come after them, so they win.
    """
    arguments: dict[str, Any] = {
        "application_name": application_name,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": TCP_USER_TIMEOUT_MS,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }
    given = url.query.get("options", ())
    options = [given] if isinstance(given, str) else [*given]
    options += [f"-c {name}={value}" for name, value in (settings or {}).items()]
    if options:
        arguments["options"] = " ".join(options)
    return arguments
