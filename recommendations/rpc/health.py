"""The standard gRPC health service, `grpc.health.v1.Health`."""

from collections.abc import Awaitable, Callable

from grpc_health.v1 import health, health_pb2


async def create_health_servicer(
    service_names: tuple[str, ...],
) -> tuple[health.aio.HealthServicer, Callable[[bool], Awaitable[None]]]:
    """Return a health servicer that reports NOT_SERVING, and the function that reports whether the service serves."""
    servicer = health.aio.HealthServicer()
    states = health_pb2.HealthCheckResponse

    async def report(is_serving: bool) -> None:  # noqa: FBT001  # a callback with one argument
        for name in service_names:
            await servicer.set(name, states.SERVING if is_serving else states.NOT_SERVING)

    await report(False)  # noqa: FBT003
    return servicer, report
