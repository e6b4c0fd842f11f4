"""Errors of a standby and of a restarting database: callers get UNAVAILABLE or no error, and the log stays short."""

import logging
from collections.abc import Iterator

import grpc
import pytest

from tests.support.query_obstacle import put_obstacle
from tests.support.service import NOT_SERVING, SERVING, Client, database_of, refused, serving
from tests.support.shelves import Shop, open_shop
from tests.support.statement_log import Sent, noted
from tests.support.tcp_proxy import proxied


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give a shop of its own, because the tests obstruct its queries."""
    with open_shop(database_url) as shop:
        shop.shelf("mystery", 5)
        shop.append(shop.category("conflict"), [shop.book("conflict")])
        yield shop


@pytest.fixture
def observed(shop: Shop, database_url: str) -> Iterator[tuple[Client, list[Sent]]]:
    """Give a client of a service whose reads of one book conflict with recovery, and the statements it sends."""
    put_obstacle(shop)
    database = database_of(database_url)
    sent = noted(database)
    with serving(database) as client:
        client.wait_until(SERVING)
        yield client, sent


def test_a_recovery_conflict_is_unavailable_after_a_second_try(observed: tuple[Client, list[Sent]]) -> None:
    service, sent = observed
    with refused(grpc.StatusCode.UNAVAILABLE) as answer:
        service.books("conflict")
    assert "conflict" not in answer.details
    assert len(sent) == 2
    assert len(service.books("mystery").books) == 5


@pytest.mark.parametrize("restarts", [1, 3])
def test_a_database_restart_logs_no_error(
    shop: Shop, database_url: str, caplog: pytest.LogCaptureFixture, restarts: int
) -> None:
    with (
        proxied(database_url) as (proxy, url),
        serving(database_of(url)) as service,
        caplog.at_level(logging.WARNING),
    ):
        for _ in range(restarts):
            service.wait_until(SERVING)
            assert len(service.books("mystery").books) == 5
            assert service.book(shop.number("SELECT min(id) FROM book"))
            proxy.stop()
            service.wait_until(NOT_SERVING)
            proxy.start()
        service.wait_until(SERVING)
        assert len(service.books("mystery").books) == 5
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
