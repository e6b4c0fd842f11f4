"""The client against a scripted gRPC server, for behaviour that is rare in a real service."""

import time
from contextlib import ExitStack

import grpc
import pytest
from grpc_health.v1 import health_pb2

from marketplace.client.deadline import Deadline
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.domain import BookQuery, BooksQuery
from marketplace.errors import BadRequestError, InternalError, NotFoundError, UnavailableError
from tests.support.processes import wait_until
from tests.support.scripted_service import ScriptedService, running

TIMEOUT_S = 2.0
EJECTED_AFTER_S = 1.2
"""Somewhat more than two intervals of the outlier detection."""
STATUS = grpc.StatusCode
EMMA = BookQuery(1)
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
        (STATUS.INTERNAL, InternalError),
        (STATUS.UNIMPLEMENTED, InternalError),
    ],
)
def test_each_status_is_one_error_after_one_attempt(
    service: ScriptedService,
    recommendations_client: RecommendationsClient,
    status: grpc.StatusCode,
    error: type[Exception],
) -> None:
    service.failures = [status]

    with pytest.raises(error, match="scripted failure of GetBook"):
        recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))

    assert service.attempts == 1


@pytest.mark.parametrize("dropped", [1, 2])
def test_dropped_attempts_are_retried(
    service: ScriptedService, recommendations_client: RecommendationsClient, dropped: int
) -> None:
    service.failures = [STATUS.UNAVAILABLE] * dropped

    assert recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S)).title == "Emma"
    assert service.attempts == dropped + 1


def test_three_attempts_are_enough(service: ScriptedService, recommendations_client: RecommendationsClient) -> None:
    service.failures = [STATUS.UNAVAILABLE] * 9

    with pytest.raises(UnavailableError):
        recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))

    assert service.attempts == 3


def test_a_flood_of_failures_is_not_doubled_by_retries(
    service: ScriptedService, recommendations_client: RecommendationsClient
) -> None:
    service.failures = [STATUS.UNAVAILABLE] * 1_000
    calls = 100

    for _ in range(calls):
        with pytest.raises(UnavailableError):
            recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))

    assert service.attempts < 1.7 * calls


@pytest.mark.parametrize("replicas", [1, 2])
def test_a_storm_of_wrong_addresses_does_not_make_the_shop_unavailable(replicas: int) -> None:
    services = [ScriptedService() for _ in range(replicas)]
    with ExitStack() as stack:
        for service in services:
            stack.enter_context(running(service))
        client = RecommendationsClient("ipv4:" + ",".join(service.target for service in services))
        stack.callback(client.close)
        assert client.get_book(EMMA, Deadline(TIMEOUT_S))
        for service in services:
            service.failures = [STATUS.NOT_FOUND] * 1_000_000
        end_s = time.monotonic() + EJECTED_AFTER_S
        while time.monotonic() < end_s:
            with pytest.raises(NotFoundError):
                client.get_book(EMMA, Deadline(TIMEOUT_S))
        for service in services:
            service.failures = []

        assert client.get_book(EMMA, Deadline(TIMEOUT_S))


def test_a_number_that_the_proto_cannot_hold_is_a_bad_request(recommendations_client: RecommendationsClient) -> None:
    with pytest.raises(BadRequestError):
        recommendations_client.get_book(BookQuery(2**63), Deadline(TIMEOUT_S))
    with pytest.raises(BadRequestError):
        recommendations_client.recommend_books(BooksQuery("\ud800"), Deadline(TIMEOUT_S))


def test_an_absent_service_is_unavailable_at_once(free_port: int) -> None:
    recommendations_client = RecommendationsClient(f"127.0.0.1:{free_port}")
    started = time.monotonic()

    with pytest.raises(UnavailableError, match="UNAVAILABLE"):
        recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))

    assert time.monotonic() - started < TIMEOUT_S / 2
    recommendations_client.close()


def test_an_unknown_name_is_unavailable_within_the_deadline() -> None:
    recommendations_client = RecommendationsClient("dns:///nowhere.invalid:50051")
    started = time.monotonic()

    with pytest.raises(UnavailableError):
        recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))

    assert time.monotonic() - started < TIMEOUT_S + 0.3
    recommendations_client.close()


def test_a_call_to_an_unresponsive_service_ends_at_the_deadline(deaf_target: str) -> None:
    recommendations_client = RecommendationsClient(deaf_target)
    deadline = Deadline(TIMEOUT_S)
    started = time.monotonic()

    for _ in range(3):  # all calls share the deadline
        with pytest.raises(UnavailableError):
            recommendations_client.get_book(EMMA, deadline)

    assert time.monotonic() - started < TIMEOUT_S + 0.3
    assert deadline.remaining_s() < TIMEOUT_S / 2
    recommendations_client.close()


def test_a_call_with_a_slow_answer_ends_at_the_deadline(
    service: ScriptedService, recommendations_client: RecommendationsClient
) -> None:
    service.deaf_calls = {"GetBook"}
    started = time.monotonic()

    with pytest.raises(UnavailableError, match="DEADLINE_EXCEEDED"):
        recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))

    assert TIMEOUT_S - 0.1 < time.monotonic() - started < TIMEOUT_S + 0.3


def test_a_service_that_returns_is_used_within_two_seconds(free_port: int) -> None:
    recommendations_client = RecommendationsClient(f"127.0.0.1:{free_port}")
    service = ScriptedService()

    def is_reachable() -> bool:
        try:
            return bool(recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S)))
        except UnavailableError:
            return False

    with running(service, free_port):
        wait_until(is_reachable)
    # The outage is so long that gRPC's default back-off would wait for many seconds before it reconnects.
    away_until = time.monotonic() + 6
    wait_until(lambda: not is_reachable() and time.monotonic() > away_until)
    service.released.clear()
    with running(service, free_port):
        back = time.monotonic()
        wait_until(is_reachable)

    assert time.monotonic() - back < 2
    recommendations_client.close()


def test_is_ready_exactly_while_the_service_says_so(
    service: ScriptedService, recommendations_client: RecommendationsClient
) -> None:
    def is_ready() -> bool:
        return recommendations_client.is_ready(Deadline(TIMEOUT_S))

    # gRPC's client receives health changes on a stream, and keeps the previous status until it has read the change.
    wait_until(is_ready)
    service.say(NOT_SERVING)
    wait_until(lambda: not is_ready())
    service.say(UNKNOWN)
    assert not is_ready()
    service.say(SERVING)
    wait_until(is_ready)


def test_is_not_ready_while_no_service_answers(free_port: int, deaf_target: str) -> None:
    for target in (f"127.0.0.1:{free_port}", deaf_target):
        recommendations_client = RecommendationsClient(target)

        assert not recommendations_client.is_ready(Deadline(TIMEOUT_S))
        recommendations_client.close()


def test_a_closed_client_connects_again(
    recommendations_client: RecommendationsClient, service: ScriptedService
) -> None:
    recommendations_client.close()
    recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))
    recommendations_client.close()
    recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))

    assert service.attempts == 2
