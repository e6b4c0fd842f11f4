"""Says in the log, now and then, what share of the places that draws looked at were empty.

Empty slots cost draws time, and `python -m seed compact` takes them away: so nobody has to guess when.
"""

import logging
from collections.abc import Callable

EVERY_S = 60.0
"""How often at most."""

_log = logging.getLogger("recommendations.slots")


class EmptySlots:
    """Counts the places that draws look at."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin to count.

        Args:
            clock: tells seconds that only grow.
        """
        self._clock = clock
        self._since = clock()
        self._places = self._empty = 0

    def note(self, places: int, empty: int) -> None:
        """Count the places of one draw; the first draw after a minute says what was counted."""
        self._places += places
        self._empty += empty
        now = self._clock()
        if now - self._since < EVERY_S or not self._places:
            return
        share = self._empty / self._places
        _log.info("%.1f %% of the %d places that draws looked at were empty", 100.0 * share, self._places)
        self._since, self._places, self._empty = now, 0, 0
