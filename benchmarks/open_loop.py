"""The service and the baseline in open loop: latency, goodput and refusals over the offered rate.

Callers do not wait for one another, so a slow answer does not lower the load. The server has one core, the sender and
PostgreSQL the other. Each row measures the capacity of its server first, with the same sender and connections.
"""

import argparse
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import TypeAlias

import psycopg

from benchmarks import baseline_server, services
from benchmarks.comparison import table
from benchmarks.environment import Environment, open_environment, warm
from benchmarks.errors import BenchmarkError
from benchmarks.grpc_call import Call
from benchmarks.http2_sender import DEADLINE_S, Outcome, sender
from benchmarks.processes import Program
from benchmarks.scale import SCALES
from benchmarks.speed import titles_of
from benchmarks.synthetic import largest_category

TABLES = ("open_loop",)

BOOKS = 10
CONNECTIONS = (1, 4, 8, 32)
FACTORS = (0.7, 1.2, 2.0, 5.0)
IN_FLIGHT = 64
WARM_UP_S, CAPACITY_S = 1.0, 3.0
MIN_ON_TIME = 0.98
"""A turn is void if a smaller share of its calls was sent on time."""

OURS, BASELINE = "ours", "baseline"
OK, CANCELLED, RESOURCE_EXHAUSTED = 0, 1, 8
Curves: TypeAlias = dict[int, dict[str, list[tuple[float, float]]]]
"""By the number of connections, then by the server: offered calls per second, and p99 of the answered calls in ms."""

_HEADER = [
    "server",
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
class Server:
    """A server to measure."""

    name: str
    program: Program
    call: Call


@dataclass(frozen=True)
class Turn:
    """One measurement."""

    server: str
    connections: int
    capacity: float
    factor: float
    seconds: float
    outcome: Outcome
    peak_mb: float

    @property
    def on_time(self) -> float:
        """The share of the calls that were sent on time."""
        return 1 - self.outcome.late / self.outcome.offered

    @property
    def good_s(self) -> list[float]:
        """The latencies of the calls that were answered before their deadline, from when each was due."""
        return [latency for latency in self.outcome.latencies_s.get(OK, []) if latency <= DEADLINE_S]

    def cells(self) -> list[str]:
        """Return the row of the table."""
        start = [self.server, str(self.connections), f"{self.capacity:.0f}", f"{self.factor:.1f} ×"]
        if self.on_time < MIN_ON_TIME:
            return [*start, f"void: {self.on_time:.0%} sent on time", *[""] * (len(_HEADER) - len(start) - 1)]
        latencies_s, good = self.outcome.latencies_s, self.good_s
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
    """Measure the curves and plot them; return the table by its name."""
    from benchmarks import open_loop_plot  # noqa: PLC0415  # matplotlib is only there for make bench

    database_url = environment.catalogue(environment.scale.speed_size)
    warm(database_url)
    turns = measure(database_url, environment.scale.open_loop_s, CONNECTIONS, FACTORS)
    open_loop_plot.draw(environment.docs / "plots", curves(turns))
    return {"open_loop": shown(turns)}


def measure(database_url: str, seconds: float, connections: tuple[int, ...], factors: tuple[float, ...]) -> list[Turn]:
    """Measure both servers with each number of connections at each multiple of their capacity."""
    category, _ = largest_category(database_url)
    titles = titles_of(database_url, category)
    with services.recommendations(database_url) as ours, services.baseline(titles) as baseline:
        baseline_call = Call(baseline.port, baseline_server.METHOD, baseline_server.request(BOOKS))
        servers = [
            Server(OURS, ours, services.books_call(ours, category, BOOKS)),
            Server(BASELINE, baseline, baseline_call),
        ]
        for server in servers:
            server.call.answer()  # connects to PostgreSQL
        with _one_core_each([ours, baseline], database_url):
            return [
                turn(server, count, factor, seconds)
                for count in connections
                for factor in factors
                for server in servers
            ]


def shown(turns: list[Turn]) -> str:
    """Return the table of these measurements."""
    return f"{BOOKS} books a call.\n\n{table(_HEADER, [each.cells() for each in turns])}"


def curves(turns: list[Turn]) -> Curves:
    """Return the valid measurements: offered calls per second and p99 in ms, by connections and server."""
    points: Curves = {}
    for each in turns:
        if each.on_time >= MIN_ON_TIME and len(each.good_s) > 1:
            p99_ms = quantiles(each.good_s, n=100)[98] * 1e3
            by_server = points.setdefault(each.connections, {})
            by_server.setdefault(each.server, []).append((each.capacity * each.factor, p99_ms))
    return points


def turn(server: Server, connections: int, factor: float, seconds: float) -> Turn:
    """Measure the capacity in closed loop, then offer a multiple of it."""
    with sender(server.call, connections) as opened, _peak_mb(server.program) as peak:
        opened.closed_loop(IN_FLIGHT, min(WARM_UP_S, seconds))
        capacity = opened.closed_loop(IN_FLIGHT, min(CAPACITY_S, seconds))
        if not capacity:
            raise BenchmarkError(f"The server {server.name} answered no call.")
        outcome = opened.open_loop(capacity * factor, seconds)
    return Turn(server.name, connections, capacity, factor, seconds, outcome, peak[0])


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
def _one_core_each(servers: list[Program], database_url: str) -> Iterator[None]:
    """Pin the servers to the first core, and ourselves and the service's PostgreSQL backends to the last."""
    cores = sorted(os.sched_getaffinity(0))
    for server in servers:
        for thread in Path(f"/proc/{server.process.pid}/task").iterdir():
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
    parser.add_argument("--seconds", type=float, help="of each turn (default: the scale's)")
    parser.add_argument("--connections", type=int, action="append", help="default: 1, 4, 8 and 32; may be repeated")
    parser.add_argument("--factor", type=float, action="append", help="default: 0.7, 1.2, 2 and 5; may be repeated")
    args = parser.parse_args()
    scale = SCALES[args.scale]
    with open_environment(scale) as environment:
        database_url = environment.catalogue(scale.speed_size)
        warm(database_url)
        connections, factors = tuple(args.connections or CONNECTIONS), tuple(args.factor or FACTORS)
        print(shown(measure(database_url, args.seconds or scale.open_loop_s, connections, factors)))


if __name__ == "__main__":
    main()
