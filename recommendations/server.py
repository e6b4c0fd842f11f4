"""Builds the service out of its parts; `__main__.py` starts and stops it."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import grpc
import sqlalchemy as sa
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from recommendations.batching import Batcher
from recommendations.call_log import CallLog
from recommendations.database_thread import DatabaseThread
from recommendations.health import DatabaseWatch
from recommendations.interceptors import CallInterceptor
from recommendations.recommender import Recommender
from recommendations.servicer import RecommendationsServicer

SERVICE = pb.DESCRIPTOR.services_by_name["RecommendationsService"].full_name

_OPTIONS = [
    # Two servers on one port would each get half of the calls, and no error would tell.
    ("grpc.so_reuseport", 0),
    # A request with 1,000 exclusions has 11 kB.
    ("grpc.max_receive_message_length", 64 * 1024),
    ("grpc.max_metadata_size", 8 * 1024),
    # Clients find new replicas, and those that were restarted, only when a connection ends: gRPC proposal A9. To
    # make a new one costs a millisecond; not to know the other replica when this one ends costs pages.
    ("grpc.max_connection_age_ms", 10_000),
    ("grpc.max_connection_age_grace_ms", 10_000),
    # Clients ping every 30 s; the server's default would call every 300 s too often.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
]


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs."""

    server: grpc.aio.Server
    port: int
    health: "health.aio.HealthServicer"


@contextlib.asynccontextmanager
async def running(
    engine: sa.Engine,
    listen: str,
    new_seed: Callable[[], int],
    *,
    with_reflection: bool = False,
    log_in_json: bool = False,
) -> AsyncIterator[Running]:
    """Run the service at an address until the block ends; then stop it at once.

    Args:
        engine: where connections come from; it must not pool and must autocommit.
        listen: host:port; port 0 takes a free one.
        new_seed: gives the 64-bit seed of each fresh shuffle.
        with_reflection: whether to serve gRPC reflection.
        log_in_json: whether the lines of the calls are JSON.

    Raises:
        OSError: if the address is taken or no address.
    """
    draws, reads, probe = (DatabaseThread(engine, name) for name in ("draws", "reads", "probe"))
    checks = health.aio.HealthServicer()
    calls = CallLog(sys.stderr, in_json=log_in_json)
    watch = DatabaseWatch(probe, (draws, reads), checks, ("", SERVICE))
    server = grpc.aio.server(interceptors=[CallInterceptor(calls)], options=_OPTIONS)
    servicer = RecommendationsServicer(Recommender(Batcher(draws), reads, new_seed))
    pb_grpc.add_RecommendationsServiceServicer_to_server(servicer, server)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    if with_reflection:
        names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
    port = _bind(server, listen)
    for name in ("", SERVICE):
        await checks.set(name, health_pb2.HealthCheckResponse.NOT_SERVING)
    for thread in (draws, reads, probe):
        thread.start()
    await server.start()
    watching = asyncio.create_task(watch.run())
    try:
        yield Running(server, port, checks)
    finally:
        watching.cancel()
        await server.stop(None)
        calls.flush()
        for thread in (draws, reads, probe):
            thread.break_connection()
            thread.stop()


def _bind(server: grpc.aio.Server, listen: str) -> int:
    try:
        port = server.add_insecure_port(listen)
    except RuntimeError:
        port = 0
    if not port:
        raise OSError(f"cannot listen at {listen}: the address is taken or is none of this computer")
    return port
