"""A replica that announces its end gets no more calls, although it could still answer them."""

import time

import pytest
from grpc_health.v1 import health_pb2

from marketplace.client.deadline import Deadline
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.domain import BookQuery
from marketplace.errors import UnavailableError
from tests.support.processes import wait_until
from tests.support.scripted_service import ScriptedService

TIMEOUT_S = 2.0
EMMA = BookQuery(1)


def answered(recommendations_client: RecommendationsClient) -> bool:
    try:
        return recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S)).title == "Emma"
    except UnavailableError:
        return False


def test_a_replica_that_stops_serving_gets_no_calls_until_it_serves_again(
    service: ScriptedService, recommendations_client: RecommendationsClient
) -> None:
    assert answered(recommendations_client)

    service.say(health_pb2.HealthCheckResponse.NOT_SERVING)
    wait_until(lambda: not answered(recommendations_client))
    attempts, started = service.attempts, time.monotonic()
    with pytest.raises(UnavailableError):
        recommendations_client.get_book(EMMA, Deadline(TIMEOUT_S))
    assert service.attempts == attempts
    assert time.monotonic() - started < TIMEOUT_S / 2, "no call waits for a replica that is known to be away"

    service.say(health_pb2.HealthCheckResponse.SERVING)
    wait_until(lambda: answered(recommendations_client))
