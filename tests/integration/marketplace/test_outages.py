"""The shop during an outage of its database or its service: it reports the outage and recovers without a restart."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from flask.testing import FlaskClient
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.support.page_reader import Backend, shop
from tests.support.processes import started, unused_port, wait_until

PAGE_S = 2.5
BACK_S = 2.0


def test_shop_reports_an_outage_of_the_database_and_recovers_by_itself(client: FlaskClient, backend: Backend) -> None:
    with database_away(backend):
        wait_until(lambda: client.get("/readyz").status_code == 503)
        started_s = time.monotonic()
        response = client.get("/")
        took_s = time.monotonic() - started_s
    back_s = time.monotonic()
    wait_until(lambda: client.get("/").status_code == 200 and client.get("/readyz").status_code == 200)

    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert took_s < PAGE_S
    assert time.monotonic() - back_s < BACK_S


def test_shop_needs_no_restart_when_the_service_has_one(backend: Backend) -> None:
    port = unused_port()
    settings = {"DATABASE_URL": backend.database, "RECOMMENDATIONS_LISTEN": f"127.0.0.1:{port}"}
    with shop(f"127.0.0.1:{port}") as client:
        with started("recommendations", **settings):
            wait_until(lambda: client.get("/").status_code == 200)
        assert client.get("/").status_code == 503
        with started("recommendations", **settings):
            wait_until(lambda: client.get("/").status_code == 200)


@contextmanager
def database_away(backend: Backend) -> Iterator[None]:
    """Refuse new connections to the backend's database, and end the existing ones."""
    name = str(conninfo_to_dict(backend.database)["dbname"])
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(backend.server, autocommit=True) as connection:
        connection.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.SQL("true")))
