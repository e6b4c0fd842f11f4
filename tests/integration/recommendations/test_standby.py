"""Draws from a standby that lags: its lag, when the service leaves it, and page tokens that it does not know yet."""

import os
import subprocess
import sys
from collections.abc import Iterator

import grpc
import pytest

from recommendations.domain.model import DrawnShelf, ShelvesReplay, ShuffleCursor
from recommendations.domain.page_token import encode_shelves, encode_shuffle
from tests.support.processes import unused_port, wait_until
from tests.support.scrapes import Scrapes
from tests.support.service import SERVING, Client, client_of, database_of, refused, serving
from tests.support.service_process import program
from tests.support.shelves import FilledShelf, Shop, open_shop
from tests.support.standby import Pair, primary_and_standby

MAX_LAG_S = 1
FIRST_BOOKS, MORE_BOOKS = 20, 40
FORGED_CALLS = 50
MAX_MESSAGES = 20
"""Messages that the primary may get meanwhile: each second one query for the shelf and one for its WAL position."""


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with primary_and_standby() as pair:
        environ = {**os.environ, "DATABASE_URL": pair.primary}
        subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"], env=environ, check=True, capture_output=True
        )
        yield pair


@pytest.fixture
def shop(pair: Pair) -> Iterator[Shop]:
    """Give a writer to the primary's catalogue."""
    with open_shop(pair.primary) as shop:
        shop.clear()
        yield shop
    pair.pause(paused=False)


@pytest.fixture
def shelf(pair: Pair, shop: Shop) -> FilledShelf:
    """Fill a shelf on both servers; then add books that the standby does not get."""
    shelf = shop.shelf("mystery", FIRST_BOOKS)
    pair.until_caught_up()
    pair.pause(paused=True)
    shop.append(shelf.id, shop.books([f"Added {number}" for number in range(MORE_BOOKS)]))
    return shelf


@pytest.fixture(scope="module")
def standby_client(pair: Pair) -> Iterator[Client]:
    """Give a client of a service that draws from the standby."""
    with serving(database_of(pair.both)) as client:
        client.wait_until(SERVING)
        yield client


def token(shelf: FilledShelf, max_position: int, *, whole_shelf: bool = False) -> str:
    return encode_shuffle(ShuffleCursor(shelf.id, 7, max_position, 0, 6, whole_shelf))


def test_a_token_that_the_standby_does_not_know_yet_may_be_sent_again(
    pair: Pair, shelf: FilledShelf, standby_client: Client
) -> None:
    honest = token(shelf, FIRST_BOOKS + MORE_BOOKS)
    with refused(grpc.StatusCode.UNAVAILABLE) as refusal:
        standby_client.books("mystery", page_token=honest)
    assert "not seen" in refusal.details
    drawn = DrawnShelf(shelf.id, FIRST_BOOKS + MORE_BOOKS, whole_shelf=False)
    replay = encode_shelves(ShelvesReplay(7, 6, distinct_books=False, shelves=[drawn]))
    with refused(grpc.StatusCode.UNAVAILABLE):
        standby_client.shelves(page_token=replay)

    pair.pause(paused=False)
    pair.until_caught_up()
    assert len(standby_client.books("mystery", page_token=honest).books) == 6
    assert standby_client.shelves(page_token=replay).shelves


def test_a_forged_token_is_refused_and_reaches_the_primary_once_a_second(
    pair: Pair, shelf: FilledShelf, standby_client: Client
) -> None:
    standby_client.books("mystery")
    pair.sent_to_primary.clear()
    for number in range(FORGED_CALLS):
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            standby_client.books("mystery", page_token=token(shelf, FIRST_BOOKS + MORE_BOOKS + 1 + number))
    assert 0 < len(pair.sent_to_primary) < MAX_MESSAGES


def test_a_token_of_a_shelf_that_is_read_whole_depends_on_the_primary_too(
    shop: Shop, shelf: FilledShelf, standby_client: Client
) -> None:
    with refused(grpc.StatusCode.UNAVAILABLE):
        standby_client.books("mystery", page_token=token(shelf, FIRST_BOOKS + MORE_BOOKS, whole_shelf=True))


def test_a_standby_that_lags_too_far_is_not_used_until_it_has_caught_up(pair: Pair, shop: Shop) -> None:
    scrapes = Scrapes(f"127.0.0.1:{unused_port()}")
    lag = f'recommendations_replication_lag_seconds{{server="127.0.0.1:{pair.standby_port}"}}'
    shop.shelf("mystery", FIRST_BOOKS)
    pair.until_caught_up()
    with (
        program(
            DATABASE_URL=pair.both,
            RECOMMENDATIONS_METRICS_LISTEN=scrapes.address,
            RECOMMENDATIONS_MAX_LAG_S=str(MAX_LAG_S),
        ) as service,
        client_of(service.target) as client,
    ):
        client.wait_until(SERVING)
        wait_until(lambda: lag in scrapes.text())
        assert scrapes.value(lag) < MAX_LAG_S
        pair.pause(paused=True)
        shop.shelf("crime", FIRST_BOOKS)
        wait_until(lambda: scrapes.value(lag) > MAX_LAG_S)
        # Only the primary knows it.
        wait_until(lambda: "crime" in {category.slug for category in client.categories().categories})
        pair.pause(paused=False)
        wait_until(lambda: scrapes.value(lag) == 0)
        log = service.end().stderr
    assert "lags by" in log
    assert "has caught up" in log
