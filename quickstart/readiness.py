"""Asks the services whether they are ready."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from quickstart.addresses import Address

ASK_TIMEOUT_S = 0.5
HTTP_TIMEOUT_S = 3.0
CHANNEL_OPTIONS = (
    # A proxy of the user's is for the world outside.
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 20),
    ("grpc.max_reconnect_backoff_ms", 50),
)


@contextmanager
def recommendations_ready(address: Address) -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether the gRPC server at this address says SERVING."""
    with grpc.insecure_channel(str(address), options=CHANNEL_OPTIONS) as channel:
        # What health_pb2_grpc.HealthStub makes too, but its type stubs do not tell.
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=HealthCheckResponse.FromString,
        )

        def ready() -> bool:
            try:
                answer = check(HealthCheckRequest(), timeout=ASK_TIMEOUT_S)
            except grpc.RpcError:
                return False
            return answer.status == HealthCheckResponse.SERVING

        yield ready


def marketplace_ready(address: Address) -> bool:
    """Tell whether GET /readyz at this address answers 200."""
    # Not urllib, which would send it to a proxy of the user's.
    connection = http.client.HTTPConnection(address.host, address.port, timeout=HTTP_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
