"""Measures how far standbys lag behind the primary, and avoids those that lag too far.

Once a second a query reads the primary's position in the write-ahead log, and another the position that each standby
in use has replayed. A standby's lag is the time since the primary was first seen beyond that position, so clocks of
different computers are never compared, and an idle primary causes no lag. While the primary cannot be reached, its last
known position counts.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence

import psycopg
import sqlalchemy as sa

from recommendations.domain.errors import RecommendationsError
from recommendations.storage.connection import DATABASE_ERRORS, DatabaseConnection
from recommendations.storage.host_selector import HostSelector
from recommendations.storage.hosts import Host

INTERVAL_S = 1.0
MAX_SAMPLES = 3_600

POSITION = """
SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0')::bigint
"""

_ERRORS = (RecommendationsError, *DATABASE_ERRORS, OSError)

_log = logging.getLogger(__name__)


class ReplicationLag:
    """Follows the lag of the standbys that some connections use. Belongs to one event loop."""

    def __init__(
        self,
        connections: Sequence[DatabaseConnection],
        primary: DatabaseConnection,
        hosts: HostSelector,
        max_lag_s: float,
    ) -> None:
        self._connections = connections
        self._primary = primary
        self._hosts = hosts
        self._max_lag_s = max_lag_s
        self._samples: deque[tuple[float, int]] = deque(maxlen=MAX_SAMPLES)
        """When the primary was first seen at a position, oldest first."""
        self.seconds: dict[tuple[str, ...], float] = {}
        """The lag of each standby in use, and of those avoided, by host:port."""

    async def run(self) -> None:
        """Measure every second until cancelled."""
        while True:
            await self._note_primary()
            lags = await self._lags()
            for host, lag_s in lags.items():
                self._judge(host, lag_s)
            self.seconds = {(str(host),): lag_s for host, lag_s in lags.items()}
            await asyncio.sleep(INTERVAL_S)

    async def _note_primary(self) -> None:
        try:
            position = await self._primary.run(_position)
        except _ERRORS:
            return
        if position is None:
            return
        while self._samples and self._samples[-1][1] > position:
            self._samples.pop()  # from an earlier primary, which had not replicated everything
        if not self._samples or self._samples[-1][1] < position:
            self._samples.append((asyncio.get_running_loop().time(), position))

    async def _lags(self) -> dict[Host, float]:
        in_use = {each.host: each for each in self._connections if each.is_on_standby}
        lags = {}
        for host, connection in in_use.items():
            try:
                position = await connection.run(_position)
            except _ERRORS:
                continue
            if position is not None and host is not None and connection.host == host:
                lags[host] = self._lag_s(position)
        for host in self._hosts.lagging - lags.keys():
            try:
                async with await self._hosts.attempt(host) as driver:
                    (position,) = await (await driver.execute(POSITION)).fetchone() or (None,)
            except (psycopg.Error, OSError):
                continue
            if position is not None:
                lags[host] = self._lag_s(position)
        return lags

    def _lag_s(self, replayed: int) -> float:
        now_s = asyncio.get_running_loop().time()
        return next((now_s - seen_s for seen_s, position in self._samples if position > replayed), 0.0)

    def _judge(self, host: Host, lag_s: float) -> None:
        if lag_s > self._max_lag_s and host not in self._hosts.lagging:
            _log.warning("the standby at %s lags by %.0f s: avoiding it", host, lag_s)
            self._hosts.lagging.add(host)
            for connection in self._connections:
                if connection.host == host:
                    connection.reconnect()
        elif lag_s <= self._max_lag_s and host in self._hosts.lagging:
            _log.info("the standby at %s has caught up", host)
            self._hosts.lagging.discard(host)


def _position(connection: sa.Connection) -> int | None:
    """Return the server's position; None if it is a standby that has replayed nothing yet."""
    position: int | None = connection.exec_driver_sql(POSITION).scalar()
    return position
