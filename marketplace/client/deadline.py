"""The deadline that all calls of one page share."""

import time
from collections.abc import Callable


class Deadline:
    """A point in time by which a page must be complete."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end_s = clock() + seconds

    def remaining_s(self) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self._end_s - self._clock())
