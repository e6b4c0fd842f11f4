"""Readiness checks of the services."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from quickstart.addresses import Address

CHECK_TIMEOUT_S = 0.5
HTTP_TIMEOUT_S = 3.0
CHANNEL_OPTIONS = (
    # The user's proxy is for other hosts.
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 20),
    ("grpc.max_reconnect_backoff_ms", 50),
)


@contextmanager
def recommendations_ready(address: Address) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether the gRPC server at this address reports SERVING."""
    with grpc.insecure_channel(str(address), options=CHANNEL_OPTIONS) as channel:
        # health_pb2_grpc.HealthStub does the same, but its type stubs do not declare it.
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=HealthCheckResponse.FromString,
        )

        def ready() -> bool:
            try:
                response = check(HealthCheckRequest(), timeout=CHECK_TIMEOUT_S)
            except grpc.RpcError:
                return False
            return response.status == HealthCheckResponse.SERVING

        yield ready


def marketplace_ready(address: Address) -> bool:
    """Return whether GET /readyz at this address answers 200."""
    # Not urllib, which would use the user's proxy.
    connection = http.client.HTTPConnection(address.host, address.port, timeout=HTTP_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
