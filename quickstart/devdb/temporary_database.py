"""Databases that are made for a moment and dropped again: for tests and for checking the migrations."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from quickstart.errors import QuickstartError

CONNECT_TIMEOUT_S = 5


def with_database(url: str, name: str) -> str:
    """Return the same address with another database's name."""
    # Written out, since urlunsplit drops the two slashes where there is no host.
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{name}{query}"


def refuse_unreachable(url: str, password: str | None) -> None:
    """Raise QuickstartError, which tells why, if nobody can work with the database at `DATABASE_URL`."""
    try:
        psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S, password=password).close()
    except psycopg.Error as error:
        raise QuickstartError(
            f"The database at DATABASE_URL cannot be used ({' '.join(str(error).split())}): start it or mend the "
            "address; without DATABASE_URL, Bookstall starts a database of its own."
        ) from error


@contextmanager
def fresh_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """Make a database on this server and give its address; drop it afterwards, whoever is still connected.

    Args:
        server_url: a `postgresql://` address of any other database there, of a user who may make some.
        template: what it is a copy of; nobody may be connected to that meanwhile.
    """
    name = f"bookstall_{uuid.uuid4().hex[:12]}"
    # With fsync off, copying files takes 14 ms with the dropping, and going through the log (the default) 21 ms.
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(make)
        try:
            yield with_database(server_url, name)
        finally:
            connection.execute(drop)
