"""Wires the components of the service together and stops them gracefully."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from recommendations import metering
from recommendations.recommender import Recommender
from recommendations.rpc.deadline_enforcer import DeadlineEnforcer
from recommendations.rpc.health import HealthServicer
from recommendations.rpc.listeners import Listeners
from recommendations.rpc.server import SERVICE_NAME, ServerSettings, create_listeners
from recommendations.rpc.servicer import RecommendationsServicer
from recommendations.storage.async_engine import Database
from recommendations.storage.batcher import Batcher
from recommendations.storage.catalogue_sizes import CatalogueSizes
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.failover import FailoverMonitor
from recommendations.storage.health_probe import HealthProbe
from recommendations.storage.replication_lag import ReplicationLag
from recommendations.telemetry.call_log import CallLog
from recommendations.telemetry.empty_slots import EmptySlots

MAX_QUEUED_LARGE_READS = 32
"""How many draws that read a whole shelf may be queued. The most expensive takes some hundredths of a second."""


FLUSH_S = 0.1
"""How long sending the last responses may take after all calls have finished."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    port: int
    _listeners: Listeners
    _health: HealthServicer
    _calls: DeadlineEnforcer

    async def stop_gracefully(self, drain_s: float, grace_s: float) -> None:
        """Report NOT_SERVING, serve for the drain period, then let running calls finish within the grace period."""
        self._health.enter_graceful_shutdown()
        await asyncio.sleep(drain_s)
        stopping = asyncio.create_task(self._listeners.stop(grace_s))
        finishing = asyncio.create_task(self._calls.wait_until_idle())
        await asyncio.wait((stopping, finishing), return_when=asyncio.FIRST_COMPLETED)
        finishing.cancel()
        # Only health watches are left. A client that does not read would keep its watch for the whole grace period.
        await self._listeners.stop(min(grace_s, FLUSH_S))
        await stopping


@contextlib.asynccontextmanager
async def running(
    database: Database,
    address: str,
    new_seed: Callable[[], int],
    call_log: CallLog,
    settings: ServerSettings,
) -> AsyncIterator[Service]:
    """Run the service until the block ends; then stop it at once.

    Args:
        database: source of connections; its engine must not pool and must autocommit.
        address: host:port; port 0 takes a free one.
        new_seed: returns the 64-bit seed of each fresh shuffle.
        call_log: receives a record of each call.
        settings: how to serve.

    Raises:
        OSError: if the address is in use or does not belong to this computer.
    """
    draws, reads, probed = (DatabaseConnection(database) for _ in range(3))
    large_reads = DatabaseConnection(database, max_queued=MAX_QUEUED_LARGE_READS)
    guarded = (draws, reads, large_reads)
    metrics = settings.metrics
    batcher = Batcher(draws, metrics.observe_batch if metrics else None, settings.tracing)
    primary = DatabaseConnection(database.primary) if database.primary else None
    recommender = Recommender(
        batcher, reads, large_reads, new_seed, EmptySlots(time.monotonic), time.monotonic, primary=primary
    )
    calls = DeadlineEnforcer()
    health = HealthServicer(("", SERVICE_NAME))
    listeners = create_listeners(RecommendationsServicer(recommender), health, calls, call_log, settings)
    port = await listeners.start(address)
    background = [asyncio.create_task(HealthProbe(probed, guarded, health.report).run())]
    if metrics:
        sizes = CatalogueSizes(reads)
        background.append(asyncio.create_task(sizes.run()))
        metering.register_calls(metrics, calls, health)
        metering.register_draws(metrics, batcher, recommender.counts)
        metering.register_database(
            metrics, {"draws": draws, "reads": reads, "large_reads": large_reads, "probe": probed}, sizes
        )
    if settings.tls:
        background.append(asyncio.create_task(settings.tls.follow_files()))
    if primary:
        lag = ReplicationLag((*guarded, probed), primary, database.hosts, settings.max_lag_s)
        background.append(asyncio.create_task(lag.run()))
        background.append(asyncio.create_task(FailoverMonitor((*guarded, probed, primary), database.hosts).run()))
        if metrics:
            metering.register_lag(metrics, lag)
    try:
        yield Service(port, listeners, health, calls)
    finally:
        for task in background:
            task.cancel()
        await listeners.stop(None)
        for connection in (*guarded, probed, *([primary] if primary else [])):
            await connection.close()
        call_log.flush()
