"""Concurrent callers: each gets its own answer, and an error affects only the call that caused it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from recommendations.domain.shuffle import MAX_POSITIONS
from recommendations.rpc.admission import MAX_RUNNING
from recommendations.storage.batcher import MAX_QUEUED_POSITIONS
from tests.support.query_obstacle import put_obstacle, stalled, wait_for_waiters
from tests.support.service import CALL_TIMEOUT_S, SERVING, Client, database_of, refused, serving
from tests.support.shelves import Shop, open_shop


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give a shop of its own, because the tests obstruct its queries."""
    with open_shop(database_url) as shop:
        yield shop


@pytest.fixture
def filled(shop: Shop) -> Shop:
    """Give the shop with a shelf of 40 books, and one book each on the shelves `bad` and `slow`."""
    shop.shelf("mystery", 40)
    for title in ("bad", "slow"):
        shop.append(shop.category(title), [shop.book(title)])
    return shop


@pytest.fixture
def service(filled: Shop, database_url: str) -> Iterator[Client]:
    """Give a client of a service on that shop, with an obstacle between it and the books."""
    put_obstacle(filled)
    with serving(database_of(database_url)) as client:
        client.wait_until(SERVING)
        yield client


def draw(service: Client, category: str = "mystery", **fields: Any) -> "grpc.Future[pb.RecommendBooksResponse]":
    """Send a draw without waiting for the answer."""
    request = pb.RecommendBooksRequest(category=category, **fields)
    return service.stub.RecommendBooks.future(request, timeout=CALL_TIMEOUT_S)


def get(service: Client, book_id: int) -> "grpc.Future[pb.GetBookResponse]":
    """Request a book without waiting for the answer."""
    return service.stub.GetBook.future(pb.GetBookRequest(id=book_id), timeout=CALL_TIMEOUT_S)


def assert_refused(calls: list[Any], count: int) -> None:
    """Wait until `count` calls have ended, and check that they were refused because of overload."""
    done: SimpleQueue[Any] = SimpleQueue()
    for call in calls:
        call.add_done_callback(done.put)
    codes = statuses([done.get(timeout=CALL_TIMEOUT_S) for _ in range(count)])
    # When hundreds of calls end at once, gRPC's core reports some as CANCELLED, whatever their status;
    # a minimal grpc.aio server that aborts them all shows the same.
    assert set(codes) <= {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED}
    assert codes.count(grpc.StatusCode.RESOURCE_EXHAUSTED) > count / 4


def statuses(calls: list[Any]) -> list[grpc.StatusCode]:
    return [call.code() for call in calls]


def test_simultaneous_callers_get_distinct_answers_each_to_its_own_request(filled: Shop, service: Client) -> None:
    sizes = [1, 3, 10, 40] * 25
    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda size: service.books("mystery", max_results=size), sizes))
    assert [len(answer.books) for answer in answers] == sizes
    assert all(len({book.id for book in answer.books}) == len(answer.books) for answer in answers)
    assert len({tuple(book.id for book in answer.books) for answer in answers if len(answer.books) >= 10}) == 50


def test_one_bad_request_fails_alone(filled: Shop, service: Client) -> None:
    service.books("mystery")
    with stalled(filled):
        first = draw(service)
        wait_for_waiters(filled)
        good = [draw(service, max_results=5) for _ in range(10)]
        bad = [
            (draw(service, category="nowhere"), grpc.StatusCode.NOT_FOUND),
            (draw(service, category="\0"), grpc.StatusCode.INVALID_ARGUMENT),
            (draw(service, page_token="nonsense"), grpc.StatusCode.INVALID_ARGUMENT),
            (draw(service, max_results=-1), grpc.StatusCode.INVALID_ARGUMENT),
        ]
    assert len(first.result().books) == 10
    assert [len(call.result().books) for call in good] == [5] * 10
    assert [call.code() for call, _ in bad] == [status for _, status in bad]  # type: ignore[attr-defined]


def test_a_book_that_cannot_be_read_fails_only_the_draws_that_meet_it(filled: Shop, service: Client) -> None:
    with stalled(filled):
        first = draw(service)
        wait_for_waiters(filled)
        calls = [draw(service, "bad" if number == 3 else "mystery") for number in range(8)]
    assert first.result().books
    assert statuses(calls) == [grpc.StatusCode.INTERNAL if number == 3 else grpc.StatusCode.OK for number in range(8)]


def test_a_failed_batch_does_not_delay_those_after_it(filled: Shop, service: Client) -> None:
    categories = ["bad" if number % 30 == 3 else "mystery" for number in range(MAX_RUNNING - 1)]
    service.books("mystery")
    with stalled(filled):
        first = draw(service)
        wait_for_waiters(filled)
        calls = service.send_all(lambda number: draw(service, categories[number]), len(categories))
    assert first.result().books
    expected = {"bad": grpc.StatusCode.INTERNAL, "mystery": grpc.StatusCode.OK}
    assert statuses(calls) == [expected[category] for category in categories]


def test_a_cancelled_call_does_not_affect_the_others(filled: Shop, service: Client) -> None:
    with stalled(filled):
        first = draw(service)
        wait_for_waiters(filled)
        others = [draw(service, max_results=size) for size in range(1, 21)]
        for gone in others[::2]:
            gone.cancel()
        first.cancel()
    assert [len(call.result().books) for call in others[1::2]] == list(range(2, 21, 2))


@pytest.mark.parametrize("send", ["draw", "read"])
def test_a_cancelled_call_causes_no_work(filled: Shop, service: Client, send: str) -> None:
    slow_id = filled.number("SELECT id FROM book_behind WHERE title = 'slow'")
    with stalled(filled):
        first = get(service, 1) if send == "read" else draw(service)
        wait_for_waiters(filled)
        gone = get(service, slow_id) if send == "read" else draw(service, "slow")
        other = get(service, 2) if send == "read" else draw(service)
        if send == "draw":
            service.categories()  # answered after the shelf was looked up, so the draw itself is queued now
        gone.cancel()
        service.check()  # sent after the cancellation on the same connection
        service.check()
    began = time.monotonic()
    assert first.result()
    assert other.result()
    assert time.monotonic() - began < 1.0


def test_a_deadline_ends_the_wait_and_the_next_call_is_answered(filled: Shop, service: Client) -> None:
    with stalled(filled), refused(grpc.StatusCode.DEADLINE_EXCEEDED):
        service.stub.RecommendBooks(pb.RecommendBooksRequest(category="mystery"), timeout=0.1)
    assert len(service.books("mystery").books) == 10


def test_a_statement_that_takes_too_long_is_ended_by_the_database(filled: Shop, database_url: str) -> None:
    put_obstacle(filled)
    with serving(database_of(database_url, statement_timeout_ms=200)) as service:
        service.wait_until(SERVING)
        began = time.monotonic()
        with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
            service.books("slow")
        assert time.monotonic() - began < 1.0
        assert len(service.books("mystery").books) == 10


def test_a_wait_for_a_lock_ends_when_the_role_or_the_database_says(filled: Shop, database_url: str) -> None:
    put_obstacle(filled)
    filled.run(f"ALTER DATABASE {filled.connection.info.dbname} SET lock_timeout = '200ms'")
    with serving(database_of(database_url)) as service:
        service.wait_until(SERVING)
        with stalled(filled):
            began = time.monotonic()
            with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
                service.books("mystery")
            assert time.monotonic() - began < 1.0
        assert len(service.books("mystery").books) == 10


def test_draws_beyond_the_limit_of_running_calls_are_refused_at_once(filled: Shop, service: Client) -> None:
    service.books("mystery")
    with stalled(filled):
        calls = [draw(service)]
        wait_for_waiters(filled)
        calls += service.send_all(lambda _: draw(service, max_results=1), MAX_RUNNING - 1 + 50)
        assert_refused(calls, 50)
    assert statuses(calls).count(grpc.StatusCode.OK) == MAX_RUNNING


def test_draws_that_would_read_more_than_can_be_read_in_time_are_refused_at_once(filled: Shop, service: Client) -> None:
    filled.run("INSERT INTO slot (category_id, position) SELECT 1, n FROM generate_series(41, 20000) AS n")
    filled.recount()
    fits = MAX_QUEUED_POSITIONS // MAX_POSITIONS
    with stalled(filled):
        calls = [draw(service)]
        wait_for_waiters(filled)
        calls += [draw(service, max_results=100) for _ in range(fits + 20)]
        assert_refused(calls, 20)
    assert statuses(calls).count(grpc.StatusCode.OK) >= fits


def test_reads_beyond_the_limit_of_running_calls_are_refused_at_once(filled: Shop, service: Client) -> None:
    with stalled(filled):
        calls = [get(service, 1)]
        wait_for_waiters(filled)
        calls += service.send_all(lambda _: get(service, 1), MAX_RUNNING - 1 + 50)
        assert_refused(calls, 50)
    assert statuses(calls).count(grpc.StatusCode.OK) == MAX_RUNNING


def test_a_call_without_a_deadline_ends_after_five_seconds(filled: Shop, service: Client) -> None:
    slow_id = filled.number("SELECT id FROM book_behind WHERE title = 'slow'")
    calls = [service.stub.GetBook.future(pb.GetBookRequest(id=slow_id)) for _ in range(6)]
    began = time.monotonic()
    assert statuses(calls) == [grpc.StatusCode.OK] * 3 + [grpc.StatusCode.DEADLINE_EXCEEDED] * 3
    assert 4.5 < time.monotonic() - began < 5.5
