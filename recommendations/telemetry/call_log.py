"""One line in the log for each call, written some at a time.

A write for each line would be a system call, and release the interpreter's lock and take
it back in competition with gRPC's threads: measured, it cost a tenth of the service's time.
"""

import asyncio
from typing import NamedTuple, TextIO

from recommendations.telemetry.log_setup import utc

CALLS = "recommendations.calls"

FLUSH_EVERY_S = 0.1
"""What a kill -9 may lose of the log."""


class Call(NamedTuple):
    """A call that was answered. Nothing in it can hold a quote, a line break or a control character."""

    ended_s: float
    """Since the epoch."""

    method: str
    status: str
    took_s: float

    request_id: str
    """The id that came with the call; empty: none did."""

    batch: int | None
    """The number of the batch that answered it; None: none did."""


class CallLog:
    """Writes the calls of one event loop to a stream."""

    def __init__(self, stream: TextIO, *, in_json: bool = False) -> None:
        self._stream = stream
        self._line = _in_json if in_json else _in_text
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        """Note a call; its line is written soon."""
        if not self._calls:
            asyncio.get_running_loop().call_later(FLUSH_EVERY_S, self.flush)
        self._calls.append(call)

    def flush(self) -> None:
        """Write the lines of the calls noted so far."""
        calls, self._calls = self._calls, []
        self._stream.write("".join(map(self._line, calls)))
        self._stream.flush()


def _in_json(call: Call) -> str:
    # By hand, since no value needs escaping: a fifth of what a JSON encoder takes for it.
    request_id = f'"{call.request_id}"' if call.request_id else "null"
    batch = "null" if call.batch is None else call.batch
    return (
        f'{{"time":"{utc(call.ended_s)}","level":"INFO","logger":"{CALLS}","request_id":{request_id},'
        f'"method":"{call.method}","status":"{call.status}","duration_ms":{call.took_s * 1e3:.1f},"batch":{batch}}}\n'
    )


def _in_text(call: Call) -> str:
    batch = "" if call.batch is None else f" in batch {call.batch}"
    request_id = f" [{call.request_id}]" if call.request_id else ""
    return f"INFO {CALLS}: {call.method} {call.status}{batch} in {call.took_s * 1e3:.1f} ms{request_id}\n"
