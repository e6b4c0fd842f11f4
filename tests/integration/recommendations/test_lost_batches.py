"""A batch that the database runs: callers do not notice a lost connection, and each keeps its own deadline."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeAlias

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.query_obstacle import IN_THIS_DATABASE, LOCK_KEY, put_obstacle, stalled, wait_for_waiters
from tests.support.service import CALL_TIMEOUT_S, SERVING, Client, database_of, serving
from tests.support.shelves import Shop, open_shop
from tests.support.statement_log import noted
from tests.support.tcp_proxy import Proxy, proxied

Call: TypeAlias = "grpc.Future[pb.RecommendBooksResponse]"
SIZES = range(1, 11)
_WAITING = f"FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND {IN_THIS_DATABASE}"


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give a shop of its own with a shelf whose reads the tests can block."""
    with open_shop(database_url) as shop:
        shop.shelf("mystery", 20)
        put_obstacle(shop)
        yield shop


def draw(service: Client, size: int, timeout_s: float = CALL_TIMEOUT_S) -> Call:
    """Send a draw without waiting for the answer."""
    request = pb.RecommendBooksRequest(category="mystery", max_results=size)
    return service.stub.RecommendBooks.future(request, timeout=timeout_s)


@contextmanager
def stalled_batch(
    shop: Shop, service: Client, database_url: str, first_timeout_s: float = CALL_TIMEOUT_S
) -> Iterator[list[Call]]:
    """Give draws of one batch, which the database blocks until the block ends."""
    with open_shop(database_url) as next_in_line, ThreadPoolExecutor(1) as waiting:
        with stalled(shop):
            first = draw(service, 1)
            wait_for_waiters(shop)
            calls = [draw(service, size, first_timeout_s if size == 1 else CALL_TIMEOUT_S) for size in SIZES]
            service.check()  # answered after those calls have begun, because it uses the same connection
            service.check()
            # PostgreSQL grants the lock in the order of the requests, so this gets it after the first draw.
            taken = waiting.submit(next_in_line.number, "SELECT 1 FROM pg_advisory_lock(%s)", LOCK_KEY)
            wait_for_waiters(shop, 2)
        taken.result()
        assert first.result()
        wait_for_waiters(shop)
        yield calls
        next_in_line.number("SELECT 1 FROM pg_advisory_unlock(%s)", LOCK_KEY)


def cut(proxy: Proxy, _: Shop) -> None:
    """Cut the connection; PostgreSQL notices it only when it sends the result."""
    proxy.cut()


def end(_: Proxy, shop: Shop) -> None:
    """Let PostgreSQL end the connection that waits."""
    assert shop.number(f"SELECT count(pg_terminate_backend(pid)) {_WAITING}") == 1


@pytest.mark.parametrize("lose", [cut, end])
def test_a_batch_whose_connection_is_lost_is_answered_by_a_new_one(
    shop: Shop, database_url: str, lose: Callable[[Proxy, Shop], Any]
) -> None:
    with proxied(database_url) as (proxy, url):
        database = database_of(url, statement_timeout_ms=9_000)
        sent = noted(database)
        with serving(database) as service:
            service.wait_until(SERVING)
            service.books("mystery")
            sent.clear()
            with stalled_batch(shop, service, database_url) as calls:
                old = shop.number(f"SELECT pid {_WAITING}")
                lose(proxy, shop)
                while not shop.number(f"SELECT count(*) {_WAITING} AND pid <> %s", old):
                    assert not any(call.done() for call in calls)
            assert [len({book.id for book in call.result().books}) for call in calls] == [*SIZES]
    first, batch, again = sent
    assert len(first.positions) == 1
    assert len(batch.positions) == sum(SIZES)
    assert again == batch


def test_each_caller_of_a_batch_is_answered_by_its_own_deadline(shop: Shop, database_url: str) -> None:
    database = database_of(database_url, statement_timeout_ms=9_000)
    sent = noted(database)
    with serving(database) as service:
        service.wait_until(SERVING)
        service.books("mystery")
        sent.clear()
        with stalled_batch(shop, service, database_url, first_timeout_s=2.0) as (hasty, *others):
            assert hasty.code() is grpc.StatusCode.DEADLINE_EXCEEDED  # type: ignore[attr-defined]
            assert not any(call.done() for call in others)
        assert [len(call.result().books) for call in others] == [*SIZES][1:]
    assert [len(one.positions) for one in sent] == [1, sum(SIZES)]
