"""The health probe alone, whose connection goes through a proxy while draws connect directly."""

import asyncio

import sqlalchemy as sa

from recommendations.storage import queries
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.health_probe import PROBE_INTERVAL_S, PROBE_TIMEOUT_S, HealthProbe
from tests.support.service import PATIENCE_S, engine_of
from tests.support.tcp_proxy import Proxy, proxied


def query(connection: sa.Connection) -> None:
    queries.find_book(connection, -1)


def test_late_probe_does_not_report_an_outage_while_draws_are_answered(database_url: str) -> None:
    with proxied(database_url) as (proxy, url):
        asyncio.run(asyncio.wait_for(late_probe(database_url, url, proxy), PATIENCE_S))


async def late_probe(direct_url: str, proxied_url: str, proxy: Proxy) -> None:
    probed, draws = DatabaseConnection(engine_of(proxied_url)), DatabaseConnection(engine_of(direct_url))
    reports: asyncio.Queue[bool] = asyncio.Queue()
    probing = asyncio.create_task(HealthProbe(probed, (draws,), reports.put).run())

    await draws.run(query)
    assert await reports.get()
    proxy.be_deaf(deaf=True)
    end = asyncio.get_running_loop().time() + 3 * (PROBE_INTERVAL_S + PROBE_TIMEOUT_S)
    while asyncio.get_running_loop().time() < end:
        await draws.run(query)
        assert reports.empty()
    assert not await reports.get()
    proxy.be_deaf(deaf=False)
    probing.cancel()
    for connection in (draws, probed):
        await connection.close()
