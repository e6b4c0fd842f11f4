"""Builds the service out of its parts; `__main__.py` starts and stops it."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from sqlalchemy.ext.asyncio import AsyncEngine

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from recommendations.recommender import Recommender
from recommendations.rpc.interceptors import Handlers, wrapped
from recommendations.rpc.listeners import listen_together
from recommendations.rpc.servicer import RecommendationsServicer
from recommendations.storage.batcher import Batcher
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.health_probe import DatabaseWatch
from recommendations.telemetry.call_log import CallLog
from recommendations.telemetry.empty_slots import EmptySlots

SERVICE = pb.DESCRIPTOR.services_by_name["RecommendationsService"].full_name

LISTENERS = 8
"""How many servers share the port, each with some of the connections.

A `grpc.aio` server accepts one call at a time, and to learn of the next one it goes from the loop to gRPC's core and
back. Calls of several connections are accepted at the same time by several servers alone. The kernel deals connections
out by a hash of their addresses.
"""

MOST_LARGE_READS = 32
"""How many draws that read much may wait. The dearest takes some hundredths of a second."""

_OPTIONS = [
    ("grpc.so_reuseport", 1),
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
    """A service that runs."""

    servers: Sequence[grpc.aio.Server]
    port: int
    health: "health.aio.HealthServicer"

    async def stop(self, grace_s: float | None) -> None:
        """Take no more calls, let those that run go on for so long, and end the rest."""
        await asyncio.gather(*(server.stop(grace_s) for server in self.servers))


@contextlib.asynccontextmanager
async def running(
    engine: AsyncEngine,
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
    draws, reads, probe = (DatabaseConnection(engine) for _ in range(3))
    large_reads = DatabaseConnection(engine, most_waiting=MOST_LARGE_READS)
    guarded = (draws, reads, large_reads)
    checks = health.aio.HealthServicer()
    calls = CallLog(sys.stderr, in_json=log_in_json)
    watch = DatabaseWatch(probe, guarded, checks, ("", SERVICE))
    recommender = Recommender(Batcher(draws), reads, large_reads, new_seed, EmptySlots(time.monotonic))
    servicer = RecommendationsServicer(recommender)
    ours, others = _Collector(), _Collector()
    pb_grpc.add_RecommendationsServiceServicer_to_server(servicer, cast("grpc.aio.Server", ours))
    health_pb2_grpc.add_HealthServicer_to_server(checks, cast("grpc.aio.Server", others))
    if with_reflection:
        names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, cast("grpc.aio.Server", others))
    handlers = Handlers(others.handlers | wrapped(ours.handlers, calls))

    servers = [grpc.aio.server(options=_OPTIONS) for _ in range(LISTENERS)]
    for server in servers:
        server.add_generic_rpc_handlers((handlers,))
    port = listen_together(servers, listen)
    service = Running(servers, port, checks)
    for name in ("", SERVICE):
        await checks.set(name, health_pb2.HealthCheckResponse.NOT_SERVING)
    for server in servers:
        await server.start()
    watching = asyncio.create_task(watch.run())
    try:
        yield service
    finally:
        watching.cancel()
        await service.stop(None)
        for connection in (*guarded, probe):
            await connection.close()
        calls.flush()


class _Collector:
    """A server as generated code sees it, which keeps the handlers that it is given.

    Generated code would register each method with the server. For every call, `grpc.aio` then waits anew for a call of
    each of them (`_server_main_loop` in its `server.pyx.pxi`, 1.85): a twentieth to a tenth of a call's processor time.
    """

    def __init__(self) -> None:
        self.handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """Do nothing: the same handlers come with their names."""

    def add_registered_method_handlers(
        self, service: str, handlers: "Mapping[str, grpc.RpcMethodHandler[Any, Any]]"
    ) -> None:
        """Keep the handlers of a service."""
        self.handlers |= {f"/{service}/{method}": handler for method, handler in handlers.items()}
