"""Which draws share a statement: bounded batches, first come first served, without cancelled requests."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from random import Random
from typing import TypeAlias

import grpc
import pytest
import uvloop

from protobufs import recommendations_pb2 as pb
from recommendations.domain.errors import TooLateError
from recommendations.domain.model import ShelfRead
from recommendations.storage.batcher import (
    MAX_BATCH_POSITIONS,
    MAX_BATCH_REQUESTS,
    QUIET_PASSES,
    Batcher,
    batch_number,
    caller_deadline,
)
from recommendations.storage.connection import DatabaseConnection
from tests.support.query_obstacle import put_obstacle, stalled, wait_for_waiters
from tests.support.service import CALL_TIMEOUT_S, SERVING, Client, database_of, serving
from tests.support.shelves import Shop, open_shop
from tests.support.statement_log import Sent, noted

BOOKS = 100
"""The books on each shelf, and the largest page size."""

Call: TypeAlias = "grpc.Future[pb.RecommendBooksResponse]"


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give a shop of its own, because the tests obstruct its queries."""
    with open_shop(database_url) as shop:
        yield shop


@pytest.fixture
def ids(shop: Shop) -> dict[str, int]:
    """Give the category ids of four shelves without empty slots, whose reads the tests can block."""
    ids = {slug: shop.shelf(slug, BOOKS).id for slug in ("a", "b", "c", "d")}
    put_obstacle(shop)
    return ids


@dataclass(frozen=True)
class Noted:
    """A service, and the statements that it has sent."""

    client: Client
    sent: list[Sent]

    def know(self, *slugs: str, size: int = 0) -> None:
        """Draw from these shelves, so that the service caches them, and forget the statements so far."""
        for slug in slugs:
            self.client.books(slug, max_results=size)
        self.sent.clear()

    def draw(self, slug: str, size: int = 1, timeout_s: float = CALL_TIMEOUT_S) -> Call:
        """Send a draw from a cached shelf; return when the service has queued it."""
        request = pb.RecommendBooksRequest(category=slug, max_results=size)
        call = self.client.stub.RecommendBooks.future(request, timeout=timeout_s)
        let_come(self.client)
        return call


def let_come(client: Client) -> None:
    """Return when the service has begun all earlier calls, because it begins these two after them."""
    client.check()
    client.check()


@pytest.fixture
def service(ids: dict[str, int], database_url: str) -> Iterator[Noted]:
    """Give a service that knows the shelves."""
    database = database_of(database_url)
    sent = noted(database)
    with serving(database) as client:
        client.wait_until(SERVING)
        noted_service = Noted(client, sent)
        noted_service.know(*ids)
        yield noted_service


def test_a_lone_draw_is_one_statement_with_only_its_positions(service: Noted, ids: dict[str, int]) -> None:
    for slug in [*ids] * 5:
        assert len(service.client.books(slug, max_results=7).books) == 7
    assert [sent.categories for sent in service.sent] == [[ids[slug]] * 7 for slug in [*ids] * 5]


def test_a_lone_draw_does_not_wait_for_others(ids: dict[str, int], database_url: str) -> None:
    database = database_of(database_url)
    sent = noted(database)

    async def passes_until_sent() -> int:
        connection, reads, passes = DatabaseConnection(database), [ShelfRead(ids["a"], [1])], 0
        await Batcher(connection).read_positions(reads)  # connects
        sent.clear()

        def count() -> None:
            nonlocal passes
            passes += 1
            if not sent:
                asyncio.get_running_loop().call_soon(count)

        count()
        await Batcher(connection).read_positions(reads)
        await connection.close()
        return passes

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(passes_until_sent()) < QUIET_PASSES


def test_no_statement_reads_more_than_the_maximum_of_positions(service: Noted, shop: Shop, ids: dict[str, int]) -> None:
    with stalled(shop):
        calls = [service.draw("a")]
        wait_for_waiters(shop)
        calls += [service.draw(slug, BOOKS) for slug in [*ids] * 20]
    assert [len(call.result().books) for call in calls] == [1] + [BOOKS] * 80
    together = MAX_BATCH_POSITIONS // BOOKS * BOOKS
    assert [len(sent.positions) for sent in service.sent] == [1, together, 80 * BOOKS - together]


def test_a_request_larger_than_a_batch_has_its_own_statement(service: Noted, shop: Shop, ids: dict[str, int]) -> None:
    shop.run(
        "INSERT INTO slot (category_id, position)"
        " SELECT id, n FROM category, generate_series(101, 5000) AS n WHERE slug <> ''"
    )
    shop.recount()
    service.know(*ids, size=1)  # one book reads too few positions to show how sparse a shelf is
    with stalled(shop):
        calls = [service.draw("a")]
        wait_for_waiters(shop)
        calls += [service.draw("b")]
        shelves = service.client.stub.RecommendShelves.future(
            pb.RecommendShelvesRequest(max_results=20), timeout=CALL_TIMEOUT_S
        )
        service.client.categories()  # answered after the shelves were looked up, so their draw is queued now
        calls += [service.draw("b"), service.draw("d")]
    assert [len(shelf.books) for shelf in shelves.result().shelves] == [20] * 4
    assert [len(call.result().books) for call in calls] == [1] * 4
    large = [sent.categories for sent in service.sent if len(sent.positions) > MAX_BATCH_POSITIONS]
    assert large
    for categories in large:
        assert [category for category, _ in groupby(categories)] == [*ids.values()]


def test_no_statement_answers_more_than_the_maximum_of_requests(ids: dict[str, int], database_url: str) -> None:
    async def batch_sizes(count: int) -> Counter[int | None]:
        connection = DatabaseConnection(database_of(database_url))
        batcher, sizes = Batcher(connection), Counter[int | None]()

        async def draw() -> None:
            await batcher.read_positions([ShelfRead(ids["a"], [1])])
            sizes[batch_number.get()] += 1

        await asyncio.gather(*(draw() for _ in range(count)))
        await connection.close()
        return sizes

    sizes = asyncio.run(batch_sizes(1 + 2 * MAX_BATCH_REQUESTS + 20))
    assert sorted(sizes.values()) == [1, 20, MAX_BATCH_REQUESTS, MAX_BATCH_REQUESTS]


def test_draws_are_sent_in_the_order_in_which_they_came(service: Noted, shop: Shop, ids: dict[str, int]) -> None:
    order = Random(1).choices([*ids], k=120)
    with stalled(shop):
        first = service.draw("a")
        wait_for_waiters(shop)
        calls = [service.draw(slug, BOOKS) for slug in order]
    assert [len(call.result().books) for call in [first, *calls]] == [1] + [BOOKS] * len(order)
    assert len(service.sent) > 3
    categories = [*chain.from_iterable(sent.categories for sent in service.sent[1:])]
    assert categories == [ids[slug] for slug in order for _ in range(BOOKS)]


def test_a_draw_whose_deadline_passed_while_it_waited_is_in_no_statement(
    service: Noted, shop: Shop, ids: dict[str, int]
) -> None:
    with stalled(shop):
        first = service.draw("a")
        wait_for_waiters(shop)
        late, other = service.draw("b", timeout_s=0.2), service.draw("c")
        assert late.code() is grpc.StatusCode.DEADLINE_EXCEEDED  # type: ignore[attr-defined]
        let_come(service.client)
    assert [len(call.result().books) for call in (first, other)] == [1, 1]
    assert [sent.categories for sent in service.sent] == [[ids["a"]], [ids["c"]]]


def test_a_batch_is_formed_without_requests_whose_deadline_has_passed(ids: dict[str, int], database_url: str) -> None:
    database = database_of(database_url)
    sent = noted(database)

    async def draw(batcher: Batcher, slug: str, deadline: float) -> None:
        caller_deadline.set(deadline)
        await batcher.read_positions([ShelfRead(ids[slug], [1])])

    async def draw_together() -> list[BaseException | None]:
        connection, later = DatabaseConnection(database), time.perf_counter() + CALL_TIMEOUT_S
        batcher = Batcher(connection)
        deadlines = {"a": later, "b": later, "c": time.perf_counter(), "d": later}
        # A callback that cancels "c" would come too late: the batch may be formed in the same pass of the event loop.
        results = await asyncio.gather(*(draw(batcher, *one) for one in deadlines.items()), return_exceptions=True)
        await connection.close()
        assert batcher.dropped_total == 1
        return results

    results = asyncio.run(draw_together())
    assert [type(result) for result in results] == [type(None), type(None), TooLateError, type(None)]
    assert [category for one in sent for category in one.categories] == [ids[slug] for slug in "abd"]
