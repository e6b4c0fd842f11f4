"""The health probe alone, whose connection goes through a proxy while draws connect directly."""

import asyncio

import sqlalchemy as sa

from recommendations.storage import queries
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.health_probe import PROBE_INTERVAL_S, PROBE_TIMEOUT_S, HealthProbe
from tests.support.service import CALL_TIMEOUT_S, database_of
from tests.support.tcp_proxy import Proxy, proxied


def query(connection: sa.Connection) -> None:
    queries.find_book(connection, -1)


def test_an_unexpected_exception_does_not_end_probing(database_url: str) -> None:
    asyncio.run(asyncio.wait_for(failing_report(database_url), CALL_TIMEOUT_S))


async def failing_report(url: str) -> None:
    reports: asyncio.Queue[bool] = asyncio.Queue()

    def report(is_serving: bool) -> None:  # noqa: FBT001  # a callback with one argument
        reports.put_nowait(is_serving)
        if is_serving:
            raise ZeroDivisionError

    with proxied(url) as (proxy, proxied_url):
        probed = DatabaseConnection(database_of(proxied_url))
        probing = asyncio.create_task(HealthProbe(probed, (), report).run())
        assert await reports.get()
        await asyncio.to_thread(proxy.stop)
        assert not await reports.get()
        probing.cancel()
        await probed.close()


def test_late_probe_does_not_report_an_outage_while_draws_are_answered(database_url: str) -> None:
    with proxied(database_url) as (proxy, url):
        asyncio.run(asyncio.wait_for(late_probe(database_url, url, proxy), CALL_TIMEOUT_S))


async def late_probe(direct_url: str, proxied_url: str, proxy: Proxy) -> None:
    probed, draws = DatabaseConnection(database_of(proxied_url)), DatabaseConnection(database_of(direct_url))
    reports: asyncio.Queue[bool] = asyncio.Queue()
    probing = asyncio.create_task(HealthProbe(probed, (draws,), reports.put_nowait).run())

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
