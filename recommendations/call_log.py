"""One line in the log for each call, written some at a time.

A write for each line would release the interpreter's lock and take it back in
competition with the database's thread: measured, it cost a tenth of the service's time.
"""

import asyncio
from typing import TextIO

FLUSH_EVERY_S = 0.1
"""What a kill -9 may lose of the log."""


class CallLog:
    """Writes the calls of one event loop to a stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._calls: list[tuple[str, str, float]] = []

    def add(self, method: str, status: str, took_s: float) -> None:
        """Note a call: the method's name, the status's name, and how long it took."""
        if not self._calls:
            asyncio.get_running_loop().call_later(FLUSH_EVERY_S, self.flush)
        self._calls.append((method, status, took_s))

    def flush(self) -> None:
        """Write the lines of the calls noted so far."""
        calls, self._calls = self._calls, []
        self._stream.write(
            "".join(
                f"INFO recommendations.calls: {method} {status} {took_s * 1e3:.1f} ms\n"
                for method, status, took_s in calls
            )
        )
        self._stream.flush()
