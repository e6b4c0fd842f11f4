"""The watch alone, whose probe goes another way than the draws."""

import asyncio
from typing import Any

import sqlalchemy as sa
from grpc_health.v1 import health, health_pb2

from recommendations.storage import queries
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.health_probe import PROBE_EVERY_S, PROBE_TIMEOUT_S, DatabaseWatch
from tests.support.service import PATIENCE_S, engine_of
from tests.support.tcp_proxy import Proxy, proxied

SERVING = health_pb2.HealthCheckResponse.SERVING
NO_CONTEXT: Any = None


def ask(connection: sa.Connection) -> None:
    queries.find_book(connection, -1)


def test_a_late_probe_is_no_sign_of_a_lost_database_while_draws_are_answered(database_url: str) -> None:
    with proxied(database_url) as (proxy, url):
        asyncio.run(asyncio.wait_for(late_probe(database_url, url, proxy), PATIENCE_S))


async def late_probe(database_url: str, by_proxy: str, proxy: Proxy) -> None:
    probe, draws = DatabaseConnection(engine_of(by_proxy)), DatabaseConnection(engine_of(database_url))
    servicer = health.aio.HealthServicer()
    watching = asyncio.create_task(DatabaseWatch(probe, (draws,), servicer, ("",)).run())

    async def is_serving() -> bool:
        return (await servicer.Check(health_pb2.HealthCheckRequest(), NO_CONTEXT)).status == SERVING

    await draws.run(ask)
    proxy.be_deaf(deaf=True)
    end = asyncio.get_running_loop().time() + 3 * (PROBE_EVERY_S + PROBE_TIMEOUT_S)
    while asyncio.get_running_loop().time() < end:
        await draws.run(ask)
        assert await is_serving()
    while await is_serving():  # noqa: ASYNC110  # the servicer tells nobody but clients
        await asyncio.sleep(0)
    proxy.be_deaf(deaf=False)
    watching.cancel()
    for connection in (draws, probe):
        await connection.close()
