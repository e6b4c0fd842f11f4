"""Logs once a minute what share of the drawn positions are empty slots.

Empty slots cost draws time; `python -m seed compact` removes them. This line says when that is worth it.
"""

import logging
from collections.abc import Callable

LOG_INTERVAL_S = 60.0

_log = logging.getLogger("recommendations.slots")


class EmptySlots:
    """Counts the positions that draws read, and how many of them were empty."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start counting.

        Args:
            clock: returns monotonic seconds.
        """
        self._clock = clock
        self._since = clock()
        self._positions = self._empty = 0

    def note(self, positions: int, empty: int) -> None:
        """Count the positions of one draw; the first draw after a minute logs the share."""
        self._positions += positions
        self._empty += empty
        now = self._clock()
        if now - self._since < LOG_INTERVAL_S or not self._positions:
            return
        percent = 100.0 * self._empty / self._positions
        _log.info("%.1f %% of the %d drawn positions were empty", percent, self._positions)
        self._since, self._positions, self._empty = now, 0, 0
