"""An unexpected exception: the client gets an error id, the log has the exception."""

import logging
import re
from collections.abc import Iterator

import grpc
import pytest

from tests.support.query_obstacle import SECRET, put_obstacle
from tests.support.service import SERVING, Client, Refusal, database_of, refused, serving
from tests.support.shelves import Shop, open_shop


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Open a shop with one book that cannot be read."""
    with open_shop(database_url) as shop:
        shop.shelf("mystery", 5)
        shop.append(shop.category("bad"), [shop.book("bad")])
        put_obstacle(shop)
        yield shop


@pytest.fixture
def service(shop: Shop, database_url: str) -> Iterator[Client]:
    """Return a client of a service on it."""
    with serving(database_of(database_url)) as client:
        client.wait_until(SERVING)
        yield client


def assert_error_id_is_in_log(refusal: Refusal, log: pytest.LogCaptureFixture) -> None:
    assert re.fullmatch("internal error [0-9a-f]{8}", refusal.details)
    (record,) = [record for record in log.records if refusal.details in record.getMessage()]
    assert record.levelno == logging.ERROR
    assert record.exc_info


def test_database_error_in_a_draw(service: Client, caplog: pytest.LogCaptureFixture) -> None:
    with refused(grpc.StatusCode.INTERNAL) as refusal:
        service.books("bad")
    assert_error_id_is_in_log(refusal, caplog)
    assert SECRET in caplog.text


def test_database_error_in_a_read(shop: Shop, service: Client, caplog: pytest.LogCaptureFixture) -> None:
    with refused(grpc.StatusCode.INTERNAL) as refusal:
        service.book(shop.number("SELECT id FROM book_behind WHERE title = 'bad'"))
    assert_error_id_is_in_log(refusal, caplog)


def test_database_error_in_the_shelves(service: Client, caplog: pytest.LogCaptureFixture) -> None:
    with refused(grpc.StatusCode.INTERNAL) as refusal:
        service.shelves()
    assert_error_id_is_in_log(refusal, caplog)


def test_value_that_does_not_fit_the_message(shop: Shop, service: Client, caplog: pytest.LogCaptureFixture) -> None:
    shop.run("DROP VIEW book")
    shop.run("ALTER TABLE book_behind RENAME TO book; ALTER TABLE book ALTER year TYPE bigint")
    shop.run("UPDATE book SET year = 1000000000000")
    with refused(grpc.StatusCode.INTERNAL) as refusal:
        service.books("mystery")
    assert_error_id_is_in_log(refusal, caplog)


def test_service_continues_after_an_error(service: Client) -> None:
    for _ in range(3):
        with refused(grpc.StatusCode.INTERNAL):
            service.books("bad")
        assert len(service.books("mystery").books) == 5
    assert service.check() == SERVING
