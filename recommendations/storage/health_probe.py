"""Health that is true: it says SERVING exactly while the database answers the service's own statements."""

import asyncio
import logging
from collections.abc import Sequence

from grpc_health.v1 import health, health_pb2

from recommendations.storage import queries
from recommendations.storage.connection import DatabaseConnection

PROBE_EVERY_S = 0.5
PROBE_TIMEOUT_S = 1.0

_log = logging.getLogger(__name__)


class DatabaseWatch:
    """Probes the database, tells the health service, and shuts the other connections off while it is away."""

    def __init__(
        self,
        probe: DatabaseConnection,
        guarded: Sequence[DatabaseConnection],
        servicer: "health.aio.HealthServicer",
        service_names: Sequence[str],
    ) -> None:
        """Put the parts together.

        Args:
            probe: a connection that nobody else uses.
            guarded: those that refuse all work at once while the database is away.
            servicer: the health service to tell.
            service_names: for which services it answers.
        """
        self._probe = probe
        self._guarded = guarded
        self._servicer = servicer
        self._service_names = service_names
        self._serving: bool | None = None

    async def run(self) -> None:
        """Probe for ever, every 0.5 s."""
        while True:
            await self._tell(serving=await self._answers())
            await asyncio.sleep(PROBE_EVERY_S)

    async def _answers(self) -> bool:
        try:
            await asyncio.wait_for(self._probe.run(queries.check), PROBE_TIMEOUT_S)
        except TimeoutError:
            self._probe.break_connection()
            if any(connection.has_answered_within(PROBE_TIMEOUT_S) for connection in self._guarded):
                return True  # a busy computer: those who ask more are answered
            return self._away("it does not answer")
        except Exception as error:  # noqa: BLE001  # whatever it is, the service cannot serve
            cause = error.__cause__ or error
            return self._away(str(cause).partition("\n")[0] or type(cause).__name__)
        return True

    def _away(self, reason: str) -> bool:
        if self._serving is not False:
            _log.warning("the database cannot serve: %s", reason)
        return False

    async def _tell(self, *, serving: bool) -> None:
        for connection in self._guarded:
            connection.refuse(refuse=not serving)
            if not serving:
                connection.break_connection()  # at each failed probe: it may have connected since the one before
        if serving == self._serving:
            return
        self._serving = serving
        if serving:
            _log.info("the database answers: serving")
        states = health_pb2.HealthCheckResponse
        for name in self._service_names:
            await self._servicer.set(name, states.SERVING if serving else states.NOT_SERVING)
