"""A steady load: a fixed number of calls a second, whether or not earlier calls have ended (open loop)."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """One call."""

    due_s: float
    """When it was due, in seconds since the load began."""
    latency_s: float
    """From when it was due, so that the wait for a free thread counts."""
    duration_s: float
    """From when it was made."""
    error: str
    """Empty for a success."""


@dataclass
class Load:
    """The outcomes of a load; the list grows while the load runs."""

    began: float = field(default_factory=time.monotonic)
    outcomes: list[Outcome] = field(default_factory=list)

    def now_s(self) -> float:
        """Return the seconds since the load began, the clock of `Outcome.due_s`."""
        return time.monotonic() - self.began

    @property
    def failed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.error]

    def between(self, begin_s: float, end_s: float = float("inf")) -> "Load":
        """Return the calls that were due in this interval."""
        return Load(self.began, [outcome for outcome in self.outcomes if begin_s <= outcome.due_s < end_s])

    def quantile_ms(self, share: float) -> float:
        """Return the latency that this share of the calls does not exceed."""
        latencies = sorted(outcome.latency_s for outcome in self.outcomes)
        return latencies[min(len(latencies) - 1, int(share * len(latencies)))] * 1e3

    def __str__(self) -> str:
        errors = ", ".join(f"{count:,} {error}" for error, count in Counter(o.error for o in self.failed).items())
        calls = f"{len(self.failed):,} of {len(self.outcomes):,} calls failed"
        return f"{calls}{f' ({errors})' if errors else ''}, p99 {self.quantile_ms(0.99):.0f} ms"


@contextmanager
def steady_load(call: Callable[[], object], rate: float, threads: int = 12) -> Iterator[Load]:
    """Make calls at a rate per second until the block ends; an exception is the error of its call.

    Args:
        call: one call, for any thread.
        rate: calls a second.
        threads: how many calls can run at once; calls that are due meanwhile wait, and count as slow.
    """
    load = Load()
    stopped = threading.Event()

    def work(number: int) -> None:
        turn = number
        while not stopped.wait(max(0.0, turn / rate - load.now_s())):
            due_s, made_s, error = turn / rate, load.now_s(), ""
            try:
                call()
            except Exception as raised:  # noqa: BLE001 - every failure counts
                error = _name(raised)
            ended_s = load.now_s()
            load.outcomes.append(Outcome(due_s, ended_s - due_s, ended_s - made_s, error))
            turn += threads

    workers = [threading.Thread(target=work, args=(number,), name=f"load {number}") for number in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield load
    finally:
        stopped.set()
        for worker in workers:
            worker.join()


def _name(error: Exception) -> str:
    """Return the gRPC status that caused an error, or else its class."""
    code = getattr(error.__cause__ or error, "code", None)
    return code().name if callable(code) else type(error).__name__
