"""The database stops and returns: calls fail fast, health follows, and the service recovers without a restart."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import sqlalchemy as sa

from protobufs import recommendations_pb2 as pb
from tests.support.service import (
    NOT_SERVING,
    SERVING,
    Client,
    database_of,
    refused,
    serving,
)
from tests.support.shelves import Shop, open_shop
from tests.support.tcp_proxy import Proxy, proxied

NAMES = ["", "bookstall.recommendations.v1.RecommendationsService"]


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give a shop of its own, since the tests break it."""
    with open_shop(database_url) as shop:
        shop.shelf("mystery", 20)
        yield shop


@pytest.fixture
def through(shop: Shop, database_url: str) -> Iterator[tuple[Proxy, str]]:
    """Give a proxy before the shop's database, and the address through it."""
    with proxied(database_url) as proxy_and_url:
        yield proxy_and_url


@pytest.fixture
def proxy(through: tuple[Proxy, str]) -> Proxy:
    """Give the proxy between the service and the database."""
    return through[0]


@pytest.fixture
def service(through: tuple[Proxy, str]) -> Iterator[Client]:
    """Give a client of a service that reaches the database through the proxy and has drawn already."""
    with serving(database_of(through[1])) as client:
        client.wait_until(SERVING)
        assert client.books("mystery").books
        yield client


def each_rpc(service: Client) -> list[grpc.StatusCode]:
    """Call each RPC; return their statuses."""
    stub = service.stub
    calls: list[Any] = [
        stub.RecommendBooks.future(pb.RecommendBooksRequest(category="mystery"), timeout=5),
        stub.RecommendShelves.future(pb.RecommendShelvesRequest(), timeout=5),
        stub.ListCategories.future(pb.ListCategoriesRequest(), timeout=5),
        stub.GetBook.future(pb.GetBookRequest(id=1), timeout=5),
    ]
    return [call.code() for call in calls]


@pytest.mark.parametrize("name", NAMES)
def test_health_is_serving_while_the_database_answers(service: Client, name: str) -> None:
    assert service.check(name) == SERVING


def test_health_of_an_unknown_service_is_not_found(service: Client) -> None:
    with refused(grpc.StatusCode.NOT_FOUND):
        service.check("unknown")


@pytest.mark.parametrize("name", NAMES)
def test_watch_streams_each_change(proxy: Proxy, service: Client, name: str) -> None:
    states = service.watch(name)
    assert next(states).status == SERVING
    proxy.stop()
    assert next(states).status == NOT_SERVING
    proxy.start()
    assert next(states).status == SERVING
    states.cancel()


def test_calls_are_unavailable_within_half_a_second_when_connections_are_refused(proxy: Proxy, service: Client) -> None:
    proxy.stop()
    began = time.monotonic()
    assert each_rpc(service) == [grpc.StatusCode.UNAVAILABLE] * 4
    assert time.monotonic() - began < 0.5
    service.wait_until(NOT_SERVING)
    began = time.monotonic()
    assert each_rpc(service) == [grpc.StatusCode.UNAVAILABLE] * 4
    assert time.monotonic() - began < 0.2


def test_the_service_recovers_within_two_seconds_of_the_databases_return(proxy: Proxy, service: Client) -> None:
    proxy.stop()
    service.wait_until(NOT_SERVING)
    proxy.start()
    began = time.monotonic()
    service.wait_until(SERVING)
    assert time.monotonic() - began < 2.0
    assert each_rpc(service) == [grpc.StatusCode.OK] * 4


def test_the_probe_detects_an_unresponsive_database_and_ends_waiting_calls(proxy: Proxy, service: Client) -> None:
    proxy.be_deaf(deaf=True)
    began = time.monotonic()
    waiting = service.stub.RecommendBooks.future(pb.RecommendBooksRequest(category="mystery"), timeout=9)
    service.wait_until(NOT_SERVING)
    assert time.monotonic() - began < 2.0
    began_again = time.monotonic()
    assert each_rpc(service) == [grpc.StatusCode.UNAVAILABLE] * 4
    assert time.monotonic() - began_again < 0.2
    assert waiting.code() is grpc.StatusCode.UNAVAILABLE
    assert time.monotonic() - began < 5.0


def test_the_service_recovers_within_two_seconds_after_a_silent_database_answers_again(
    proxy: Proxy, service: Client
) -> None:
    proxy.be_deaf(deaf=True)
    service.wait_until(NOT_SERVING)
    proxy.be_deaf(deaf=False)
    began = time.monotonic()
    service.wait_until(SERVING)
    assert time.monotonic() - began < 2.0
    assert each_rpc(service) == [grpc.StatusCode.OK] * 4


def test_a_callers_deadline_ends_its_wait_for_a_silent_database(proxy: Proxy, service: Client) -> None:
    proxy.be_deaf(deaf=True)
    began = time.monotonic()
    with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
        service.stub.RecommendBooks(pb.RecommendBooksRequest(category="mystery"), timeout=0.2)
    assert time.monotonic() - began < 0.5


def test_a_cut_connection_is_replaced_without_a_failed_call(proxy: Proxy, service: Client) -> None:
    for _ in range(3):
        proxy.cut()
        assert each_rpc(service) == [grpc.StatusCode.OK] * 4


def test_connections_that_the_server_ended_are_replaced_without_a_failed_call(shop: Shop, database_url: str) -> None:
    with serving(database_of(database_url)) as service:
        service.wait_until(SERVING)
        assert each_rpc(service) == [grpc.StatusCode.OK] * 4
        end_connections(shop)
        assert each_rpc(service) == [grpc.StatusCode.OK] * 4


def end_connections(shop: Shop) -> None:
    """Let PostgreSQL end the service's connections."""
    assert shop.number(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'bookstall recommendations' AND datname = current_database()"
    )


@pytest.mark.parametrize("table", ["book", "slot", "category"])
def test_a_missing_table_is_not_serving_until_it_is_back(shop: Shop, service: Client, table: str) -> None:
    shop.run(f"ALTER TABLE {table} RENAME TO away")
    service.wait_until(NOT_SERVING)
    assert each_rpc(service) == [grpc.StatusCode.UNAVAILABLE] * 4
    shop.run(f"ALTER TABLE away RENAME TO {table}")
    service.wait_until(SERVING)
    assert each_rpc(service) == [grpc.StatusCode.OK] * 4


def test_a_missing_column_is_not_serving(shop: Shop, service: Client) -> None:
    shop.run("ALTER TABLE book RENAME description TO blurb")
    service.wait_until(NOT_SERVING)


def test_a_newer_schema_that_only_adds_is_served(shop: Shop, service: Client) -> None:
    shop.run("ALTER TABLE book ADD COLUMN pages int; ALTER TABLE category ADD COLUMN colour text DEFAULT 'red'")
    assert each_rpc(service) == [grpc.StatusCode.OK] * 4
    assert service.check() == SERVING


def test_a_service_that_starts_before_its_database_serves_as_soon_as_it_is_there(
    through: tuple[Proxy, str],
) -> None:
    proxy, url = through
    proxy.stop()
    with serving(database_of(url)) as service:
        service.wait_until(NOT_SERVING)
        assert each_rpc(service) == [grpc.StatusCode.UNAVAILABLE] * 4
        proxy.start()
        service.wait_until(SERVING)
        assert each_rpc(service) == [grpc.StatusCode.OK] * 4


def test_a_database_without_the_schema_is_not_serving(empty_database: str) -> None:
    with serving(database_of(empty_database)) as service:
        service.wait_until(NOT_SERVING)
        assert service.check() == NOT_SERVING


def test_an_error_without_a_message_does_not_end_the_watch(shop: Shop, database_url: str) -> None:
    database = database_of(database_url)
    with serving(database) as service:
        service.wait_until(SERVING)
        states = service.watch()
        assert next(states).status == SERVING

        def fail(*_: object) -> None:
            raise MemoryError

        sa.event.listen(database.engine.sync_engine, "do_connect", fail)
        end_connections(shop)
        assert next(states).status == NOT_SERVING
        sa.event.remove(database.engine.sync_engine, "do_connect", fail)
        assert next(states).status == SERVING
        states.cancel()


def test_statements_have_a_timeout_and_may_only_read(shop: Shop, database_url: str) -> None:
    async def look() -> tuple[dict[str, str], dict[str, str]]:
        async with database_of(database_url, statement_timeout_ms=1_234).engine.connect() as connection:
            rows = await connection.execute(
                sa.text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)"),
                {"names": ["statement_timeout", "default_transaction_read_only"]},
            )
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver
            return {row.name: row.setting for row in rows}, driver.info.get_parameters()

    settings, parameters = asyncio.run(look())
    assert settings["statement_timeout"] == "1234"
    assert settings["default_transaction_read_only"] == "on"
    assert (parameters["connect_timeout"], parameters["tcp_user_timeout"]) == ("2", "2000")
