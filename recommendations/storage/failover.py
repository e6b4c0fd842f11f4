"""Moves connections away from servers that do not answer or lag, and back to servers of the preferred role.

A server whose machine has failed sends nothing, not even an error, and the driver would wait for `tcp_user_timeout`.
With several servers the service need not wait. A task that moves runs from its start on another server, so the books
that it draws do not depend on which server was faster.
"""

import asyncio
import logging
from collections.abc import Sequence

from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.host_selector import HostSelector

CHECK_INTERVAL_S = 0.1

SILENCE_S = 0.3
"""If a task takes longer, the monitor tests its server with a new connection."""

ANSWER_TIMEOUT_S = 0.3
"""If the test takes longer, the task moves to another server."""

RETURN_INTERVAL_S = 30.0
"""How often a connection to a server of the other role looks for one of the preferred role."""

_log = logging.getLogger(__name__)


class FailoverMonitor:
    """Watches the connections of one event loop."""

    def __init__(self, connections: Sequence[DatabaseConnection], hosts: HostSelector) -> None:
        self._connections = connections
        self._hosts = hosts
        self._slow_since_s: dict[DatabaseConnection, float] = {}
        """By connection, the start of the slow task whose server has passed the test."""

    async def run(self) -> None:
        """Check every connection until cancelled."""
        await asyncio.gather(*map(self._watch, self._connections), self._return_to_preferred())

    async def _watch(self, connection: DatabaseConnection) -> None:
        while True:
            await asyncio.sleep(CHECK_INTERVAL_S)
            host, started_s = connection.host, connection.task_started_s
            if host is None or started_s is None or self._slow_since_s.get(connection) == started_s:
                continue
            if asyncio.get_running_loop().time() - started_s < SILENCE_S:
                continue
            if await self._hosts.answers(host, ANSWER_TIMEOUT_S):
                self._slow_since_s[connection] = started_s
            elif connection.task_started_s == started_s:
                _log.warning("the database server at %s does not answer: using another one", host)
                self._hosts.avoid(host)
                connection.break_connection()

    async def _return_to_preferred(self) -> None:
        while True:
            await asyncio.sleep(RETURN_INTERVAL_S)
            others = [connection for connection in self._connections if not connection.has_preferred_server]
            if others and await self._hosts.has_preferred():
                for connection in others:
                    connection.reconnect()
