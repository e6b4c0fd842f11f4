"""The recommender against a gRPC server that follows a script: what a real service does too seldom to wait for."""

import time

import grpc
import pytest
from grpc_health.v1 import health_pb2

from marketplace.client.deadline import Budget
from marketplace.client.recommendations_client import Recommender
from marketplace.domain import BooksWanted, BookWanted
from marketplace.errors import BadRequestError, FaultError, NotFoundError, UnavailableError
from tests.support.processes import eventually
from tests.support.scripted_service import Scripted, running

BUDGET_S = 2.0
STATUS = grpc.StatusCode
EMMA = BookWanted(1)
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
UNKNOWN = health_pb2.HealthCheckResponse.UNKNOWN


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (STATUS.NOT_FOUND, NotFoundError),
        (STATUS.INVALID_ARGUMENT, BadRequestError),
        (STATUS.RESOURCE_EXHAUSTED, UnavailableError),
        (STATUS.DEADLINE_EXCEEDED, UnavailableError),
        (STATUS.CANCELLED, UnavailableError),
        (STATUS.INTERNAL, FaultError),
        (STATUS.UNIMPLEMENTED, FaultError),
    ],
)
def test_each_status_is_one_error_after_one_attempt(
    service: Scripted, recommender: Recommender, status: grpc.StatusCode, error: type[Exception]
) -> None:
    service.failures = [status]

    with pytest.raises(error, match="told to fail GetBook"):
        recommender.get_book(EMMA, Budget(BUDGET_S))

    assert service.attempts == 1


@pytest.mark.parametrize("dropped", [1, 2])
def test_dropped_attempts_are_made_up_for(service: Scripted, recommender: Recommender, dropped: int) -> None:
    service.failures = [STATUS.UNAVAILABLE] * dropped

    assert recommender.get_book(EMMA, Budget(BUDGET_S)).title == "Emma"
    assert service.attempts == dropped + 1


def test_three_attempts_are_enough(service: Scripted, recommender: Recommender) -> None:
    service.failures = [STATUS.UNAVAILABLE] * 9

    with pytest.raises(UnavailableError):
        recommender.get_book(EMMA, Budget(BUDGET_S))

    assert service.attempts == 3


def test_a_flood_of_failures_is_not_doubled_by_retries(service: Scripted, recommender: Recommender) -> None:
    service.failures = [STATUS.UNAVAILABLE] * 1_000
    calls = 100

    for _ in range(calls):
        with pytest.raises(UnavailableError):
            recommender.get_book(EMMA, Budget(BUDGET_S))

    assert service.attempts < 1.5 * calls


def test_a_number_that_the_proto_cannot_hold_is_a_bad_request(recommender: Recommender) -> None:
    with pytest.raises(BadRequestError):
        recommender.get_book(BookWanted(2**63), Budget(BUDGET_S))
    with pytest.raises(BadRequestError):
        recommender.recommend_books(BooksWanted("\ud800"), Budget(BUDGET_S))


def test_a_service_that_is_away_is_told_at_once(free_port: int) -> None:
    recommender = Recommender(f"127.0.0.1:{free_port}")
    started = time.monotonic()

    with pytest.raises(UnavailableError, match="UNAVAILABLE"):
        recommender.get_book(EMMA, Budget(BUDGET_S))

    assert time.monotonic() - started < BUDGET_S / 2
    recommender.close()


def test_a_name_that_nobody_knows_is_told_within_the_budget() -> None:
    recommender = Recommender("dns:///nowhere.invalid:50051")
    started = time.monotonic()

    with pytest.raises(UnavailableError):
        recommender.get_book(EMMA, Budget(BUDGET_S))

    assert time.monotonic() - started < BUDGET_S + 0.3
    recommender.close()


def test_nobody_waits_for_a_deaf_service_beyond_the_budget(deaf_target: str) -> None:
    recommender = Recommender(deaf_target)
    budget = Budget(BUDGET_S)
    started = time.monotonic()

    for _ in range(3):  # whatever the calls are, they share it
        with pytest.raises(UnavailableError):
            recommender.get_book(EMMA, budget)

    assert time.monotonic() - started < BUDGET_S + 0.3
    assert budget.remaining_s() < BUDGET_S / 2
    recommender.close()


def test_nobody_waits_for_a_slow_answer_beyond_the_budget(service: Scripted, recommender: Recommender) -> None:
    service.deaf_calls = {"GetBook"}
    started = time.monotonic()

    with pytest.raises(UnavailableError, match="DEADLINE_EXCEEDED"):
        recommender.get_book(EMMA, Budget(BUDGET_S))

    assert BUDGET_S - 0.1 < time.monotonic() - started < BUDGET_S + 0.3


def test_a_service_that_comes_back_is_found_within_two_seconds(free_port: int) -> None:
    recommender = Recommender(f"127.0.0.1:{free_port}")
    service = Scripted()

    def found() -> bool:
        try:
            return bool(recommender.get_book(EMMA, Budget(BUDGET_S)))
        except UnavailableError:
            return False

    with running(service, free_port):
        eventually(found)
    # Away for long enough that gRPC, left alone, would wait for many seconds before it tries again.
    away_until = time.monotonic() + 6
    eventually(lambda: not found() and time.monotonic() > away_until)
    service.released.clear()
    with running(service, free_port):
        back = time.monotonic()
        eventually(found)

    assert time.monotonic() - back < 2
    recommender.close()


def test_is_ready_exactly_while_the_service_says_so(service: Scripted, recommender: Recommender) -> None:
    def is_ready() -> bool:
        return recommender.is_ready(Budget(BUDGET_S))

    # gRPC's client is told of a change by a stream: until it has read that, it may hold on to the status before.
    eventually(is_ready)
    service.say(NOT_SERVING)
    eventually(lambda: not is_ready())
    service.say(UNKNOWN)
    assert not is_ready()
    service.say(SERVING)
    eventually(is_ready)


def test_is_not_ready_while_nobody_answers(free_port: int, deaf_target: str) -> None:
    for target in (f"127.0.0.1:{free_port}", deaf_target):
        recommender = Recommender(target)

        assert not recommender.is_ready(Budget(BUDGET_S))
        recommender.close()


def test_a_closed_recommender_connects_again(recommender: Recommender, service: Scripted) -> None:
    recommender.close()
    recommender.get_book(EMMA, Budget(BUDGET_S))
    recommender.close()
    recommender.get_book(EMMA, Budget(BUDGET_S))

    assert service.attempts == 2
