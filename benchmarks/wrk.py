"""Runs wrk, an HTTP load generator."""

import re
import subprocess
from dataclasses import dataclass

from benchmarks.errors import BenchmarkError
from benchmarks.load_generators import find_program

EXTRA_TIMEOUT_S = 60.0
CONNECTIONS = 16
UNITS_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Pages:
    """The result of one run."""

    count: int
    per_second: float
    p99_ms: float


def load_pages(url: str, seconds: float) -> Pages:
    """Request a page repeatedly over 16 connections; raise BenchmarkError if one request fails."""
    whole_seconds = max(1, round(seconds))
    command = [find_program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{whole_seconds}s", "--latency", url]
    ended = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=whole_seconds + EXTRA_TIMEOUT_S,
    )
    count = re.search(r"(\d+) requests in", ended.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", ended.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", ended.stdout)
    failures = re.search(r"Non-2xx or 3xx responses.*|Socket errors.*", ended.stdout)
    if not count or not rate or not p99 or failures:
        raise BenchmarkError(f"Loading {url} failed: {failures[0] if failures else ended.stderr or ended.stdout}")
    return Pages(int(count[1]), float(rate[1]), float(p99[1]) * UNITS_MS[p99[2]])
