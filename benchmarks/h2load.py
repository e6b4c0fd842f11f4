"""Runs h2load, which makes gRPC calls for a fraction of the processor time of a Python client."""

import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.grpc_call import Call
from benchmarks.load_generators import find_program

EXTRA_TIMEOUT_S = 60.0
"""Time beyond the planned duration after which a run is stopped."""

SHORTEST = 0.95
"""Smallest accepted share of the expected bytes. h2load counts gRPC errors as successes, because they come with HTTP
status 200 and no body. Good answers differ slightly in length."""

LENGTH_BYTES = 5
"""Length of gRPC's message prefix."""

GOOD_ANSWERS = 20
"""Calls that measure the mean length of a good answer."""


@dataclass(frozen=True)
class Load:
    """The load to generate."""

    connections: int
    in_flight: int
    """Calls in flight on each connection."""
    seconds: float


def calls_per_second(call: Call, load: Load, *options: str) -> float:
    """Repeat a call and return how many were answered in a second.

    Args:
        call: what is sent.
        load: how often.
        options: further options of h2load.

    Raises:
        BenchmarkError: one of them failed.
    """
    good = LENGTH_BYTES + statistics.fmean(len(call.answer()) for _ in range(GOOD_ANSWERS))
    printed = _run(call, load, options)
    finished = re.search(r"finished in [\d.]+\w*, ([\d.]+) req/s", printed)
    counted = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", printed)
    data = re.search(r"\((\d+)\) data", printed)
    if not finished or not counted or not data:
        raise BenchmarkError(f"h2load's output has an unknown format: {printed}")
    done, succeeded, *bad = map(int, counted.groups())
    if not done or succeeded != done or any(bad) or int(data[1]) < SHORTEST * good * done:
        raise BenchmarkError(f"Some calls of {call.method} failed: {counted[0]}; {data[1]} bytes, one has {good:.0f}.")
    return float(finished[1])


def median_ms(call: Call, seconds: float) -> float:
    """Repeat a call with one in flight and return the median latency in milliseconds.

    Raises:
        BenchmarkError: one of them failed.
    """
    with tempfile.TemporaryDirectory() as temporary:
        log = Path(temporary, "log")
        calls_per_second(call, Load(1, 1, seconds), f"--log-file={log}")
        rows = [line.split("\t") for line in log.read_text().splitlines()]
    return statistics.median(int(microseconds) for _, _, microseconds in rows) / 1e3


def _run(call: Call, load: Load, options: Iterable[str]) -> str:
    with tempfile.NamedTemporaryFile() as body:
        body.write(call.body)
        body.flush()
        command = [
            find_program("h2load"),
            f"--duration={load.seconds * 1e3:.0f}ms",
            f"--clients={load.connections}",
            f"--max-concurrent-streams={load.in_flight}",
            f"--data={body.name}",
            "--header=content-type: application/grpc",
            "--header=te: trailers",
            *options,
            call.url,
        ]
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=load.seconds + EXTRA_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    if ended.returncode:
        raise BenchmarkError(f"h2load ended with status {ended.returncode}: {ended.stderr.strip() or ended.stdout}")
    return ended.stdout
