"""The service in open loop: latency, goodput and refusals over the offered rate, up to five times its capacity.

Callers do not wait for one another, so a slow answer does not lower the load. The service has one core, the sender
and PostgreSQL the other. Each row measures the capacity first, with the same sender and connections.
"""

import argparse
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import psycopg

from benchmarks import services
from benchmarks.comparison import table
from benchmarks.environment import Environment, open_environment, warm
from benchmarks.errors import BenchmarkError
from benchmarks.grpc_call import Call
from benchmarks.http2_sender import DEADLINE_S, Outcome, sender
from benchmarks.processes import Program
from benchmarks.scale import SCALES
from benchmarks.synthetic import largest_category

TABLES = ("open_loop",)

BOOKS = 10
CONNECTIONS = (1, 8, 32)
FACTORS = (0.7, 1.2, 2.0, 5.0)
IN_FLIGHT = 64
WARM_UP_S, CAPACITY_S = 1.0, 3.0
MIN_ON_TIME = 0.98
"""A turn in which a smaller share of the calls left on time is void."""

OK, CANCELLED, RESOURCE_EXHAUSTED = 0, 1, 8
_HEADER = [
    "connections",
    "capacity /s",
    "offered",
    "goodput",
    "p50 ms",
    "p99 ms",
    "refused",
    "by gRPC",
    "refusal p99 ms",
    "late",
    "MB",
]


@dataclass(frozen=True)
class Turn:
    """One measurement."""

    connections: int
    capacity: float
    factor: float
    seconds: float
    outcome: Outcome
    peak_mb: float

    def cells(self) -> list[str]:
        """Return the row of the table."""
        start = [str(self.connections), f"{self.capacity:.0f}", f"{self.factor:.1f} ×"]
        on_time = 1 - self.outcome.late / self.outcome.offered
        if on_time < MIN_ON_TIME:
            return [*start, f"void: {on_time:.0%} left on time", *[""] * (len(_HEADER) - 4)]
        latencies_s = self.outcome.latencies_s
        good = [latency for latency in latencies_s.get(OK, []) if latency <= DEADLINE_S]
        refused, by_grpc = latencies_s.get(RESOURCE_EXHAUSTED, []), latencies_s.get(CANCELLED, [])
        late = self.outcome.offered - len(good) - len(refused) - len(by_grpc)
        return [
            *start,
            f"{len(good) / self.seconds / self.capacity:.2f} ×",
            _ms(good, 50),
            _ms(good, 99),
            f"{len(refused) / self.outcome.offered:.0%}",
            f"{len(by_grpc) / self.outcome.offered:.0%}",
            _ms(refused + by_grpc, 99),
            f"{late / self.outcome.offered:.1%}",
            f"{self.peak_mb:.0f}",
        ]


def run(environment: Environment) -> dict[str, str]:
    """Measure the curve; return the table by its name."""
    database_url = environment.catalogue(environment.scale.speed_size)
    warm(database_url)
    return {"open_loop": measure(database_url, environment.scale.load_s, CONNECTIONS, FACTORS)}


def measure(database_url: str, seconds: float, connections: tuple[int, ...], factors: tuple[float, ...]) -> str:
    """Measure each number of connections at each multiple of the capacity, and return the table."""
    category, books = largest_category(database_url)
    with services.recommendations(database_url) as service:
        call = services.books_call(service, category, BOOKS)
        call.answer()  # connects to PostgreSQL
        with _one_core_each(service, database_url):
            rows = [turn(service, call, count, factor, seconds).cells() for count in connections for factor in factors]
    return f"{BOOKS} books from a category of {books:,}.\n\n{table(_HEADER, rows)}"


def turn(service: Program, call: Call, connections: int, factor: float, seconds: float) -> Turn:
    """Measure the capacity in closed loop, then offer a multiple of it."""
    with sender(call, connections) as opened, _peak_mb(service) as peak:
        opened.closed_loop(IN_FLIGHT, WARM_UP_S)
        capacity = opened.closed_loop(IN_FLIGHT, CAPACITY_S)
        if not capacity:
            raise BenchmarkError("The service answered no call.")
        outcome = opened.open_loop(capacity * factor, seconds)
    return Turn(connections, capacity, factor, seconds, outcome, peak[0])


@contextmanager
def _peak_mb(program: Program) -> Iterator[list[float]]:
    peak, done = [0.0], threading.Event()

    def sample() -> None:
        while not done.wait(0.5):
            peak[0] = max(peak[0], program.resident_mb())

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


@contextmanager
def _one_core_each(service: Program, database_url: str) -> Iterator[None]:
    """Pin the service to the first core, and ourselves and the service's PostgreSQL backends to the last."""
    cores = sorted(os.sched_getaffinity(0))
    for thread in Path(f"/proc/{service.process.pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores[:1])
    with psycopg.connect(database_url) as connection:
        backends = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'bookstall%'")
        for (backend,) in backends:
            os.sched_setaffinity(backend, cores[-1:])
    os.sched_setaffinity(0, cores[-1:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _ms(latencies_s: list[float], percentile: int) -> str:
    if len(latencies_s) < 2:
        return ""
    return f"{quantiles(latencies_s, n=100)[percentile - 1] * 1e3:.0f}"


def main() -> None:
    """Measure, and print the table alone."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.open_loop", description=main.__doc__)
    parser.add_argument("scale", choices=SCALES, nargs="?", default="default")
    parser.add_argument("--seconds", type=float, help="instead of the scale's, for each turn")
    parser.add_argument("--connections", type=int, action="append", help="instead of 1, 8 and 32; may be repeated")
    parser.add_argument("--factor", type=float, action="append", help="instead of 0.7, 1.2, 2 and 5; may be repeated")
    args = parser.parse_args()
    scale = SCALES[args.scale]
    with open_environment(scale) as environment:
        database_url = environment.catalogue(scale.speed_size)
        warm(database_url)
        connections, factors = tuple(args.connections or CONNECTIONS), tuple(args.factor or FACTORS)
        print(measure(database_url, args.seconds or scale.load_s, connections, factors))


if __name__ == "__main__":
    main()
