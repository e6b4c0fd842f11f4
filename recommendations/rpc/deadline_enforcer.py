"""Ends calls that run too long."""

import asyncio
import time
from typing import Any

MAX_CALL_S = 5.0
"""The longest that a call may run, regardless of its caller's deadline."""

CHECK_INTERVAL_S = 0.25


class DeadlineEnforcer:
    """Cancels tasks that run longer than `MAX_CALL_S`.

    One periodic check covers all calls: a timer per call costs much more.
    """

    def __init__(self) -> None:
        self._started: dict[asyncio.Task[Any], float] = {}
        self._expired: set[asyncio.Task[Any]] = set()
        self._is_checking = False
        self._idle: asyncio.Event | None = None

    @property
    def running(self) -> int:
        """The number of supervised tasks."""
        return len(self._started)

    def enter(self, task: asyncio.Task[Any], started: float) -> None:
        """Supervise a call's task, which started at this `time.perf_counter()`, until it leaves."""
        self._started[task] = started
        if not self._is_checking:
            self._is_checking = True
            task.get_loop().call_later(CHECK_INTERVAL_S, self._check)

    def leave(self, task: asyncio.Task[Any]) -> None:
        """Stop supervising a call's task."""
        del self._started[task]
        if self._idle and not self._started:
            self._idle.set()

    async def wait_until_idle(self) -> None:
        """Wait until no call runs."""
        self._idle = asyncio.Event()
        if self._started:
            await self._idle.wait()

    def has_expired(self, task: asyncio.Task[Any]) -> bool:
        """Return whether this task was cancelled here; if so, lift the cancellation so that it can report the error."""
        if task not in self._expired:
            return False
        self._expired.remove(task)
        task.uncancel()
        return True

    def _check(self) -> None:
        self._is_checking = bool(self._started)
        if not self._is_checking:
            return
        asyncio.get_running_loop().call_later(CHECK_INTERVAL_S, self._check)
        latest_start = time.perf_counter() - MAX_CALL_S
        for task, started in self._started.items():
            if started < latest_start and task not in self._expired:
                self._expired.add(task)
                task.cancel()
