"""A service that says it is going away gets no more calls, while it could still answer them."""

import time

import pytest
from grpc_health.v1 import health_pb2

from marketplace.client.deadline import Budget
from marketplace.client.recommendations_client import Recommender
from marketplace.domain import BookWanted
from marketplace.errors import UnavailableError
from tests.support.processes import eventually
from tests.support.scripted_service import Scripted

BUDGET_S = 2.0
EMMA = BookWanted(1)


def answered(recommender: Recommender) -> bool:
    try:
        return recommender.get_book(EMMA, Budget(BUDGET_S)).title == "Emma"
    except UnavailableError:
        return False


def test_who_does_not_serve_any_more_is_not_called_and_is_called_when_it_serves_again(
    service: Scripted, recommender: Recommender
) -> None:
    assert answered(recommender)

    service.say(health_pb2.HealthCheckResponse.NOT_SERVING)
    eventually(lambda: not answered(recommender))
    attempts, started = service.attempts, time.monotonic()
    with pytest.raises(UnavailableError):
        recommender.get_book(EMMA, Budget(BUDGET_S))
    assert service.attempts == attempts
    assert time.monotonic() - started < BUDGET_S / 2, "nobody waits for the one that is known to be away"

    service.say(health_pb2.HealthCheckResponse.SERVING)
    eventually(lambda: answered(recommender))
