"""Reports SERVING only while the database answers the service's own queries."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

from recommendations.storage import queries
from recommendations.storage.connection import DatabaseConnection

PROBE_INTERVAL_S = 0.5

RECOVERY_INTERVAL_S = 0.1
"""The time between probes of a database that does not answer. A lookup of its name may take a second."""
PROBE_TIMEOUT_S = 1.0

_WRONG_SCHEMA = ("42P01", "42703")
"""A table or a column is missing."""

_log = logging.getLogger(__name__)


class HealthProbe:
    """Probes the database, reports changes, and makes other connections refuse work while it does not answer."""

    def __init__(
        self,
        connection: DatabaseConnection,
        guarded: Sequence[DatabaseConnection],
        report: Callable[[bool], None],
    ) -> None:
        """Prepare to probe; `run` does it.

        Args:
            connection: a connection that nothing else uses.
            guarded: connections that refuse all work while the database does not answer.
            report: called with whether the service can serve, at first and after each change.
        """
        self._connection = connection
        self._guarded = guarded
        self._report = report
        self._is_serving: bool | None = None

    async def run(self) -> None:
        """Probe every 0.5 s, or every 0.1 s during an outage, until cancelled. No error ends the probing."""
        while True:
            report_by_s = asyncio.get_running_loop().time() + PROBE_TIMEOUT_S
            try:
                is_serving = await self._database_answers()
                if is_serving and not self._is_serving:
                    await self._warm_up(report_by_s)
                self._apply(is_serving=is_serving)
            except Exception:  # noqa: BLE001  # probing must go on
                _log.exception("a probe failed unexpectedly")
            await asyncio.sleep(PROBE_INTERVAL_S if self._is_serving else RECOVERY_INTERVAL_S)

    async def _database_answers(self) -> bool:
        try:
            await asyncio.wait_for(self._connection.run(queries.check), PROBE_TIMEOUT_S)
        except TimeoutError:
            self._connection.break_connection()
            if any(connection.has_answered_within(PROBE_TIMEOUT_S) for connection in self._guarded):
                return True  # the computer is busy, but queries are answered
            return self._log_outage("it does not answer")
        except Exception as error:  # noqa: BLE001  # whatever it is, the service cannot serve
            return self._log_outage(_reason(error))
        return True

    async def _warm_up(self, until_s: float) -> None:
        """Open the other connections and run each query on them, so that no first caller waits for that.

        SERVING is reported even if this fails. Connections that are not open at the deadline continue to connect.
        """
        for connection in self._guarded:
            connection.refuse(refuse=False)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until_s):
                await asyncio.gather(*map(_run_queries, self._guarded))

    def _log_outage(self, reason: str) -> bool:
        if self._is_serving is not False:
            _log.warning("the database cannot serve: %s", reason)
        return False

    def _apply(self, *, is_serving: bool) -> None:
        for connection in self._guarded:
            connection.refuse(refuse=not is_serving)
            if not is_serving:
                connection.break_connection()  # after each failed probe, because it may have reconnected since the last
        if is_serving == self._is_serving:
            return
        self._is_serving = is_serving
        if is_serving:
            _log.info("the database answers: serving")
        self._report(is_serving)


async def _run_queries(connection: DatabaseConnection) -> None:
    with contextlib.suppress(Exception):  # the next probe or call reports the error
        await connection.run(queries.check)


def _reason(error: Exception) -> str:
    """Return one line that says why a probe failed, and what to do if the database has not been migrated."""
    cause = error.__cause__ or error
    reason = str(cause).partition("\n")[0] or type(cause).__name__
    if getattr(cause, "sqlstate", None) in _WRONG_SCHEMA:
        reason += ": run 'alembic upgrade head' (with compose: 'docker compose run --rm migrate')"
    return reason
