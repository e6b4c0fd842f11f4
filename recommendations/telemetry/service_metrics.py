"""The metrics of the service. docs/operations.md says how to read them."""

import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from recommendations.telemetry.call_log import CallRecord
from recommendations.telemetry.metrics import DURATION_BOUNDS_S, Counter, Histogram, Labels, Metric, Reading, render

BATCH_BOUNDS = (1, 2, 4, 8, 16, 32, 64, 128)


class ServiceMetrics:
    """Counts finished calls and batches, and reads all other metrics at each scrape."""

    def __init__(self) -> None:
        self._calls = Counter("recommendations_calls_total", "Finished calls by method and status.", ("method", "code"))
        self._call_durations = Histogram(
            "recommendations_call_duration_seconds", "Duration of finished calls.", DURATION_BOUNDS_S, ("method",)
        )
        self._batches = Histogram("recommendations_batch_requests", "Requests that shared a statement.", BATCH_BOUNDS)
        self._statements = Histogram(
            "recommendations_batch_duration_seconds",
            "Time from sending a batch to receiving its rows.",
            DURATION_BOUNDS_S,
        )
        self._metrics: list[Metric] = [self._calls, self._call_durations, self._batches, self._statements]
        started_s = time.time()
        self.read(
            "process_start_time_seconds", "Start time of the process in seconds since the epoch.", lambda: started_s
        )
        self.read("process_cpu_seconds_total", "Processor time of the process.", time.process_time)
        self.read("process_resident_memory_bytes", "Memory of the process.", _resident_bytes)
        self.read("process_open_fds", "Open file descriptors.", _open_descriptors)

    def read(
        self,
        name: str,
        help_text: str,
        read: Callable[[], float | Mapping[Labels, float]],
        label_names: Sequence[str] = (),
    ) -> None:
        """Add a metric that is read at each scrape, in another thread."""
        self._metrics.append(Reading(name, help_text, read, label_names))

    def observe_calls(self, records: Sequence[CallRecord]) -> None:
        """Count finished calls."""
        for record in records:
            self._calls.add(1, (record.method, record.status))
            self._call_durations.observe(record.duration_s, (record.method,))

    def observe_batch(self, requests: int, duration_s: float) -> None:
        """Count a batch of this many requests."""
        self._batches.observe(requests)
        self._statements.observe(duration_s)

    def text(self) -> str:
        """Return all metrics in Prometheus' text format."""
        return render(self._metrics)


def _resident_bytes() -> float:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  # read at each scrape
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except OSError:  # not Linux: return the peak instead
        # In bytes on macOS, elsewhere in KiB.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _open_descriptors() -> float:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208  # only their number
