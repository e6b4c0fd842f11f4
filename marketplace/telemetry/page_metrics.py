"""The metrics of one worker process. docs/operations.md explains them."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from marketplace.telemetry.metrics import DURATION_BOUNDS_S, Counter, Family, Histogram, Metric, Reading
from marketplace.telemetry.middleware import AnsweredRequest


class PageMetrics:
    """Counts requests, calls of the recommendations service and rendered templates."""

    def __init__(self) -> None:
        self._requests = Counter(
            "marketplace_requests_total",
            "Requests by URL rule and status; the empty rule covers requests that matched none.",
            ("route", "status"),
        )
        self._request_durations = Histogram(
            "marketplace_request_duration_seconds",
            "Time until a response was ready, without the time in the web server's queue.",
            DURATION_BOUNDS_S,
            ("route",),
        )
        self._calls = Counter(
            "marketplace_service_calls_total", "Calls of the recommendations service.", ("method", "code")
        )
        self._call_durations = Histogram(
            "marketplace_service_call_duration_seconds",
            "Time that requests waited for the recommendations service.",
            DURATION_BOUNDS_S,
            ("method",),
        )
        self._renderings = Histogram(
            "marketplace_render_duration_seconds", "Time to render a template.", DURATION_BOUNDS_S, ("template",)
        )
        self._metrics: list[Metric] = [
            *(self._requests, self._request_durations, self._calls, self._call_durations, self._renderings)
        ]
        self.read("marketplace_workers", "Worker processes.", lambda: 1)
        self.read("process_cpu_seconds_total", "Processor time of the worker processes.", time.process_time)
        self.read("process_resident_memory_bytes", "Memory of the worker processes.", _resident_bytes)

    def read(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """Add a metric that is read when it is scraped, in another thread."""
        self._metrics.append(Reading(name, help_text, read))

    def observe_request(self, request: AnsweredRequest) -> None:
        """Count a request."""
        route = request.route or ""
        self._requests.add((route, str(request.status)))
        self._request_durations.observe(request.duration_ms / 1e3, (route,))

    def observe_call(self, method: str, code: str, duration_s: float) -> None:
        """Count a call of the recommendations service, with all its attempts."""
        self._calls.add((method, code))
        self._call_durations.observe(duration_s, (method,))

    def observe_rendering(self, template: str, duration_s: float) -> None:
        """Count a rendered template."""
        self._renderings.observe(duration_s, (template,))

    def families(self) -> list[Family]:
        """Return all metrics now."""
        return [metric.family() for metric in self._metrics]


def _resident_bytes() -> float:
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE")
    except OSError:  # not Linux
        return 0.0
