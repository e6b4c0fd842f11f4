"""Connects to the best of several PostgreSQL servers, without waiting for those that do not answer.

libpq and psycopg try the hosts of an address one after the other, so each silent one costs `connect_timeout` (two
seconds at least). Here the attempts overlap, as RFC 8305 ("Happy Eyeballs") describes: the next one starts if the
previous one is not answered within 250 ms. A server reports its role during connection start-up (`in_hot_standby`,
PostgreSQL 14 and newer), so choosing by role costs no further round trip.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import psycopg

from recommendations.storage.hosts import Host, Preference

ATTEMPT_DELAY_S = 0.25
"""RFC 8305, section 5: "Connection Attempt Delay", 250 ms."""

PREFERENCE_S = 0.25
"""How long to wait for a server of the preferred role after one of the other role has answered."""

AVOID_S = 10.0
"""How long a server that failed is tried last."""

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]


class HostSelector:
    """Connects to the first server that answers in the preferred role. Belongs to one event loop.

    A server that failed is tried last for some seconds, whichever connection noticed it.
    """

    def __init__(
        self, hosts: list[Host], preference: Preference, shuffle: Callable[[list[Host]], None] | None = None
    ) -> None:
        """Create a selector for these servers.

        Args:
            hosts: at least one, in the order in which they are tried.
            preference: the preferred role.
            shuffle: changes the order before each connection (`load_balance_hosts=random`).
        """
        self._hosts = hosts
        self._preference = preference
        self._shuffle = shuffle
        self._avoided_until_s: dict[Host, float] = {}
        self.lagging: set[Host] = set()
        """Standbys that are used only where no better server answers."""
        self._parameters: Mapping[str, Any] = {}

    def avoid(self, host: Host) -> None:
        """Try this server last for AVOID_S."""
        self._avoided_until_s[host] = asyncio.get_running_loop().time() + AVOID_S

    def prefers(self, connection: Connection) -> bool:
        """Return whether the connection's server has the wanted role and does not lag."""
        return self._has_role(connection) and host_of(connection) not in self.lagging

    def accepts(self, connection: Connection) -> bool:
        """Return whether the connection's server is acceptable if no better one answers."""
        return not self._preference.strict or self._has_role(connection)

    async def connect(self, **parameters: Any) -> Connection:
        """Return a connection to the best server that answers.

        Args:
            parameters: those of `psycopg.AsyncConnection.connect`; host, port and role are chosen here.

        Raises:
            psycopg.OperationalError: if no server answers, or none has a role that is required.
        """
        self._parameters = parameters
        race = _Race(self)
        try:
            return await race.run(self._in_order())
        finally:
            await race.abandon()

    async def attempt(self, host: Host) -> Connection:
        """Connect to one server; avoid it for a while if it fails."""
        server = {"host": host.name, "port": host.port, "target_session_attrs": "any", "load_balance_hosts": "disable"}
        try:
            return await psycopg.AsyncConnection.connect(**{**self._parameters, **server})
        except psycopg.Error:
            self.avoid(host)
            raise

    async def answers(self, host: Host, timeout_s: float) -> bool:
        """Return whether a server accepts a new connection in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await (await self.attempt(host)).close()
        except (TimeoutError, psycopg.Error):
            return False
        return True

    async def has_preferred(self) -> bool:
        """Return whether a server of the wanted role accepts a connection now."""
        try:
            async with await self.connect(**self._parameters) as connection:
                return self.prefers(connection)
        except psycopg.Error:
            return False

    def _has_role(self, connection: Connection) -> bool:
        wanted = self._preference.standby
        return wanted is None or wanted == is_standby(connection)

    def _in_order(self) -> Iterator[Host]:
        hosts = list(self._hosts)
        if self._shuffle:
            self._shuffle(hosts)
        now_s = asyncio.get_running_loop().time()
        return iter(
            sorted(hosts, key=lambda host: (host in self.lagging, self._avoided_until_s.get(host, 0.0) > now_s))
        )


def is_standby(connection: Connection) -> bool:
    """Return whether the connection's server is a standby, as it last reported."""
    return connection.info.parameter_status("in_hot_standby") == "on"


def host_of(connection: Connection) -> Host:
    """Return the server of a connection."""
    return Host(connection.info.host, str(connection.info.port))


class _Race:
    """Overlapping attempts to connect, of which one wins."""

    def __init__(self, selector: HostSelector) -> None:
        self._selector = selector
        self._attempts: set[asyncio.Task[Connection]] = set()
        self._second_best: Connection | None = None
        self._error: psycopg.Error = psycopg.OperationalError("no server has the role that the address requires")

    async def run(self, hosts: Iterator[Host]) -> Connection:
        """Start attempts until one wins."""
        for host in hosts:
            self._attempts.add(asyncio.create_task(self._selector.attempt(host)))
            if winner := await self._first_preferred(ATTEMPT_DELAY_S):
                return winner
        while self._attempts:
            if winner := await self._first_preferred(PREFERENCE_S if self._second_best else None):
                return winner
            if self._second_best:
                break
        if self._second_best is None:
            raise self._error
        connection, self._second_best = self._second_best, None
        return connection

    async def _first_preferred(self, timeout_s: float | None) -> Connection | None:
        """Wait until an attempt ends; return its connection if that is a preferred one."""
        done, self._attempts = await asyncio.wait(
            self._attempts, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
        winner = None
        for attempt in done:
            try:
                connection = attempt.result()
            except psycopg.Error as error:
                self._error = error
                continue
            if winner is None and self._selector.prefers(connection):
                winner = connection
            elif self._second_best is None and self._selector.accepts(connection):
                self._second_best = connection
            else:
                await connection.close()
        return winner

    async def abandon(self) -> None:
        """Cancel the other attempts and close their connections."""
        for attempt in self._attempts:
            attempt.cancel()
        ended = await asyncio.gather(*self._attempts, return_exceptions=True)
        for connection in (*ended, self._second_best):
            if isinstance(connection, psycopg.AsyncConnection):
                with contextlib.suppress(psycopg.Error):
                    await connection.close()
