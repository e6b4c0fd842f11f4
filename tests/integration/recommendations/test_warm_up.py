"""Before the service first reports SERVING, it connects and runs each query, unless that takes too long."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from quickstart.addresses import unused_port
from recommendations.storage import connection, engine
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.health_probe import PROBE_TIMEOUT_S, HealthProbe
from tests.support.processes import wait_until
from tests.support.scrapes import Scrapes
from tests.support.service import CALL_TIMEOUT_S, SERVING, client_of, database_of, serving
from tests.support.service_process import program
from tests.support.shelves import Shop
from tests.support.tcp_proxy import Proxy, proxied

CONNECTIONS = """
SELECT pid FROM pg_stat_activity WHERE application_name = 'bookstall recommendations' AND datname = current_database()
"""
FOR_EVER_S = 600


@pytest.fixture
def endless_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let connections wait for a silent server until the test is over."""
    monkeypatch.setattr(engine, "CONNECT_TIMEOUT_S", FOR_EVER_S)
    monkeypatch.setattr(connection, "FIRST_CONNECT_TIMEOUT_S", FOR_EVER_S)


@contextmanager
def deaf_after_the_first(url: str) -> Iterator[tuple[Proxy, str]]:
    """Give a proxy that serves one connection and holds back what all others send."""
    served: list[int] = []
    ended = threading.Event()

    def hold(_: bytes) -> None:
        if not served:
            served.append(threading.get_ident())
        if threading.get_ident() not in served:
            ended.wait()

    with proxied(url) as (proxy, through):
        proxy.on_client_data = hold
        try:
            yield proxy, through
        finally:
            ended.set()


def test_the_first_call_finds_the_connections_open(database_url: str) -> None:
    with psycopg.connect(database_url) as observer, serving(database_of(database_url)) as client:
        client.wait_until(SERVING)
        before = observer.execute(CONNECTIONS).fetchall()
        client.shelves()
        assert len(before) == 4
        assert observer.execute(CONNECTIONS).fetchall() == before


def test_nothing_of_it_is_counted_or_logged_as_a_call(shop: Shop, standing_database: str) -> None:
    shop.shelf("mystery", 20)
    address = f"127.0.0.1:{unused_port()}"
    scrapes = Scrapes(address)
    with (
        program(DATABASE_URL=standing_database, RECOMMENDATIONS_METRICS_LISTEN=address) as running,
        client_of(running.target) as client,
    ):
        client.wait_until(SERVING)
        client.books("mystery")
        wait_until(lambda: scrapes.value('recommendations_calls_total{method="RecommendBooks",code="OK"}') == 1)
        calls = [line for line in scrapes.text().splitlines() if line.startswith("recommendations_calls_total{")]
        assert len(calls) == 1
        assert scrapes.value("recommendations_batch_requests_count") == 1
        assert "in batch 1 in" in running.end().stderr


def test_a_database_that_is_away_is_reported_without_a_warm_up(database_url: str) -> None:
    async def probe(url: str, proxy: Proxy) -> None:
        reports: asyncio.Queue[bool] = asyncio.Queue()
        probed = DatabaseConnection(database_of(f"postgresql://nobody@127.0.0.1:{unused_port()}/none"))
        guarded = DatabaseConnection(database_of(url))
        probing = asyncio.create_task(HealthProbe(probed, (guarded,), reports.put_nowait).run())
        assert not await asyncio.wait_for(reports.get(), CALL_TIMEOUT_S)
        assert not proxy.connections
        probing.cancel()

    with proxied(database_url) as (proxy, url):
        asyncio.run(probe(url, proxy))


@pytest.mark.usefixtures("endless_connecting")
def test_serving_is_reported_in_time_while_connections_hang(database_url: str) -> None:
    with deaf_after_the_first(database_url) as (_, url):
        loop_s = asyncio.run(seconds_until_serving(url))
    assert loop_s < 2 * PROBE_TIMEOUT_S


async def seconds_until_serving(url: str) -> float:
    loop = asyncio.get_running_loop()
    reports: asyncio.Queue[bool] = asyncio.Queue()
    database = database_of(url)
    probed, guarded = DatabaseConnection(database), DatabaseConnection(database)
    started_s = loop.time()
    probing = asyncio.create_task(HealthProbe(probed, (guarded,), reports.put_nowait).run())
    assert await asyncio.wait_for(reports.get(), CALL_TIMEOUT_S)
    seconds = loop.time() - started_s
    probing.cancel()
    for each in (guarded, probed):
        await each.close()
    return seconds


@pytest.mark.usefixtures("endless_connecting")
def test_the_service_stops_at_once_while_connections_hang(database_url: str) -> None:
    with deaf_after_the_first(database_url) as (proxy, url), serving(database_of(url)):
        wait_until(lambda: proxy.connections == 4)
