"""Wires the components of the service together and stops them gracefully."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from grpc_health.v1 import health
from sqlalchemy.ext.asyncio import AsyncEngine

from recommendations.recommender import Recommender
from recommendations.rpc.health import create_health_servicer
from recommendations.rpc.server import SERVICE_NAME, Server
from recommendations.rpc.servicer import RecommendationsServicer
from recommendations.storage.batcher import Batcher
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.health_probe import HealthProbe
from recommendations.telemetry.call_log import CallLog
from recommendations.telemetry.empty_slots import EmptySlots

MAX_QUEUED_LARGE_READS = 32
"""How many draws that read a whole shelf may wait. The most expensive takes some hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    port: int
    _server: Server
    _health: health.aio.HealthServicer

    async def stop_gracefully(self, drain_s: float, grace_s: float) -> None:
        """Report NOT_SERVING, go on for the drain period, then let running calls finish within the grace period."""
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(drain_s)
        await self._server.stop(grace_s)


@contextlib.asynccontextmanager
async def running(
    engine: AsyncEngine,
    address: str,
    new_seed: Callable[[], int],
    *,
    with_reflection: bool = False,
    json_log: bool = False,
) -> AsyncIterator[Service]:
    """Run the service until the block ends; then stop it at once.

    Args:
        engine: source of connections; it must not pool and must autocommit.
        address: host:port; port 0 takes a free one.
        new_seed: returns the 64-bit seed of each fresh shuffle.
        with_reflection: whether to serve gRPC reflection.
        json_log: whether the call log is JSON.

    Raises:
        OSError: if the address is in use or does not belong to this computer.
    """
    draws, reads, probed = (DatabaseConnection(engine) for _ in range(3))
    large_reads = DatabaseConnection(engine, max_queued=MAX_QUEUED_LARGE_READS)
    guarded = (draws, reads, large_reads)
    call_log = CallLog(sys.stderr, in_json=json_log)
    recommender = Recommender(Batcher(draws), reads, large_reads, new_seed, EmptySlots(time.monotonic))
    health_servicer, report_health = await create_health_servicer(("", SERVICE_NAME))
    server = Server(RecommendationsServicer(recommender), health_servicer, call_log, with_reflection=with_reflection)
    port = await server.start(address)
    probing = asyncio.create_task(HealthProbe(probed, guarded, report_health).run())
    try:
        yield Service(port, server, health_servicer)
    finally:
        probing.cancel()
        await server.stop(None)
        for connection in (*guarded, probed):
            await connection.close()
        call_log.flush()
