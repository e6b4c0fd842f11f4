"""How long a page may take."""

import time
from collections.abc import Callable


class Deadline:
    """The time that one page may spend on all its calls and their attempts together; it runs from the start."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end_s = clock() + seconds

    def remaining_s(self) -> float:
        """Return how many seconds are left, never less than zero."""
        return max(0.0, self._end_s - self._clock())
