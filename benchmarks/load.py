"""How fast a catalogue loads compared with a minimal load, and how a load slows down the shop."""

import csv
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from benchmarks import load_baseline, processes, services
from benchmarks.comparison import Comparison, at_least, at_most, table, verdict, with_spread
from benchmarks.environment import Environment
from benchmarks.errors import BenchmarkError
from benchmarks.grpc_call import Call
from benchmarks.processes import data_folder
from benchmarks.samples import Samples
from protobufs import recommendations_pb2 as pb
from quickstart.devdb.temporary_database import fresh_database
from quickstart.settings import PROJECT_ROOT

TABLES = ("load", "load-draws", "load-large")

ROUNDS = 3
"""A round at one million books takes minutes, and the sides differ by more than the noise."""

CHANGED = 100
"""One in this many books is changed."""

SOURCE = "benchmark"
"""The changed file has the same source as the first."""

DRAWN = 10
"""Books of each draw."""

IDLE_TIMES = 2
"""The idle shop is measured for this many times `load_s`, because a 99th percentile needs many calls."""

MIN_BOOKS_PER_S = at_least(20_000)
MAX_MEMORY_MB = at_most(300)
"""MB of one load, independent of the size of the file."""

TIMEOUT_S = 7_200.0
DRAW_TIMEOUT_S = 5.0


def run(environment: Environment) -> dict[str, str]:
    """Load the scale's catalogue, and the largest one if that is larger; return the tables."""
    small = exported(environment, environment.scale.load_size)
    rounds = [one_round(environment, small) for _ in range(min(ROUNDS, environment.scale.rounds))]
    sides = {name: Samples([figures[name] for figures in rounds]) for name in rounds[0]}
    comparisons = [
        Comparison("first load, against the baseline", "s", sides["first"], sides["baseline"], at_most(1.2)),
        Comparison(r"first load, against `\copy`", "s", sides["first"], sides["copy"], at_most(10.0)),
        Comparison("the same file again, against the first load", "s", sides["again"], sides["first"], at_most(0.6)),
        Comparison("1 % of books changed, against the first load", "s", sides["changed"], sides["first"], at_most(0.7)),
    ]
    headings = [f"{environment.scale.load_size:,} books", "this", "that", "this / that", "goal", ""]
    memory = sides["memory"]
    rows = [comparison.cells() for comparison in comparisons]
    rates = Samples([environment.scale.load_size / each for each in sides["first"].values])
    rows.append(["first load, books/s", with_spread(rates), "", "", *verdict(MIN_BOOKS_PER_S, rates.median)])
    rows.append(["peak memory, MB", with_spread(memory), "", "", *verdict(MAX_MEMORY_MB, memory.spread[1])])
    tables = {"load": table(headings, rows), "load-draws": draws_meanwhile(environment, small)}
    if environment.scale.sizes[-1] > environment.scale.load_size:
        tables["load-large"] = large_against_small(environment, small)
    return tables


def one_round(environment: Environment, file: Path) -> dict[str, float]:
    """Return the seconds of the baseline, psql's copy and our three loads into one catalogue, and our peak memory."""
    changed = with_changes(file)
    with migrated(environment) as url:
        by_hand = seconds(lambda: load_baseline.load_by_hand(url, file))
    with fresh_database(environment.server_url) as url:
        copied = seconds(lambda: load_baseline.copy_plainly(url, file))
    with migrated(environment) as url:
        first, again, revised = (load(url, version) for version in (file, file, changed))
    memory = max(one.memory_mb for one in (first, again, revised))
    ours = {"first": first.seconds, "again": again.seconds, "changed": revised.seconds, "memory": memory}
    return {"baseline": by_hand, "copy": copied, **ours}


def draws_meanwhile(environment: Environment, file: Path) -> str:
    """Draw from a shop during the load of a second catalogue, and compare with the same shop without a load."""
    with migrated(environment) as url:
        processes.run("seed", ["seed"], TIMEOUT_S, {"DATABASE_URL": url})
        with services.recommendations(url) as service, ThreadPoolExecutor(1) as pool:
            call = services.books_call(service, "", DRAWN)
            idle = drawn_while(call, pool.submit(time.sleep, IDLE_TIMES * environment.scale.load_s))
            busy = drawn_while(call, pool.submit(load, url, file))
    slower = percentile_99(busy.seconds) / percentile_99(idle.seconds)
    rows = [
        ["draws during the load", f"{len(busy.seconds):,}", "", ""],
        ["errors among them", f"{busy.errors}", *verdict(at_most(0), busy.errors)],
        ["99th percentile during the load, ms", f"{percentile_99(busy.seconds) * 1e3:.1f}", "", ""],
        ["99th percentile without a load, ms", f"{percentile_99(idle.seconds) * 1e3:.1f}", "", ""],
        ["ratio of the two", f"{slower:.1f}", *verdict(at_most(10.0), slower)],
    ]
    return table(["", "figure", "goal", ""], rows)


def large_against_small(environment: Environment, small: Path) -> str:
    """Compare rate and memory of the largest load with those of the small one."""
    sizes = (environment.scale.sizes[-1], environment.scale.load_size)
    loads = []
    for file in (exported(environment, sizes[0]), small):
        with migrated(environment) as url:
            loads.append(load(url, file))
    rates = [size / one.seconds for size, one in zip(sizes, loads, strict=True)]
    rate, memory = rates[0] / rates[1], loads[0].memory_mb / loads[1].memory_mb
    rows = [
        ["books a second", *(f"{figure:,.0f}" for figure in rates), f"{rate:.2f}", *verdict(at_least(0.7), rate)],
        [
            "peak memory, MB",
            *(f"{one.memory_mb:.0f}" for one in loads),
            f"{memory:.2f}",
            *verdict(at_most(1.1), memory),
        ],
        ["larger load alone, MB", f"{loads[0].memory_mb:.0f}", "", "", *verdict(MAX_MEMORY_MB, loads[0].memory_mb)],
    ]
    return table(["", *(f"{size:,} books" for size in sizes), "ratio", "goal", ""], rows)


@dataclass(frozen=True)
class Load:
    """A finished load."""

    seconds: float
    memory_mb: float
    """Peak resident memory in MB of 1,000,000 bytes."""


def load(database_url: str, file: Path) -> Load:
    """Run `python -m seed load`; raise BenchmarkError unless it succeeds."""
    command = [sys.executable, "-m", "tests.support.peak_memory", "load", str(file), "--source", SOURCE, "--quiet"]
    environ = {**os.environ, "DATABASE_URL": database_url}
    started = time.monotonic()
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environ, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise BenchmarkError(f"{' '.join(command[2:])} ended with status {done.returncode}.")
    return Load(time.monotonic() - started, int(done.stdout) / 1e6)


@dataclass(frozen=True)
class Draws:
    """The results of sequential calls."""

    seconds: list[float]
    errors: int


def drawn_while(call: Call, task: "Future[object]") -> Draws:
    """Draw until a task ends; an answer without ten distinct books is an error."""
    taken, errors = [], 0
    with grpc.insecure_channel(f"127.0.0.1:{call.port}", options=[("grpc.enable_http_proxy", 0)]) as channel:
        draw: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(call.method)
        while not task.done():
            started = time.monotonic()
            try:
                answer = draw(call.request, timeout=DRAW_TIMEOUT_S)
            except grpc.RpcError:
                answer = b""
            taken.append(time.monotonic() - started)
            errors += not is_full(answer)
    task.result()
    return Draws(taken, errors)


def is_full(answer: bytes) -> bool:
    """Return whether a RecommendBooks response holds the requested number of distinct books."""
    return len({book.id for book in pb.RecommendBooksResponse.FromString(answer).books}) == DRAWN


def percentile_99(figures: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(figures, n=100)[98]


def seconds(task: Callable[[], object]) -> float:
    """Return how long a task takes."""
    started = time.monotonic()
    task()
    return time.monotonic() - started


@contextmanager
def migrated(environment: Environment) -> Iterator[str]:
    """Create a database with our schema and no books, and yield its URL; drop it afterwards."""
    with fresh_database(environment.server_url) as url:
        processes.run("migrations", ["alembic", "upgrade", "head"], TIMEOUT_S, {"DATABASE_URL": url})
        yield url


def exported(environment: Environment, books: int) -> Path:
    """Return the CSV export of a synthetic catalogue; write it if necessary."""
    url = environment.catalogue(books)
    path = data_folder() / f"{url.rpartition('?')[0].rpartition('/')[2] or url.rpartition('/')[2]}.csv"
    if not path.exists():
        making = path.with_suffix(".making")
        processes.run("export", ["seed", "export", str(making)], TIMEOUT_S, {"DATABASE_URL": url})
        making.rename(path)
    return path


def with_changes(file: Path) -> Path:
    """Return a copy of the CSV in which one book in a hundred has another title."""
    path = file.with_suffix(".changed.csv")
    with file.open(encoding="utf-8", newline="") as old, path.open("w", encoding="utf-8", newline="") as new:
        rows, writer = csv.reader(old), csv.writer(new)
        writer.writerow(next(rows))
        for number, row in enumerate(rows):
            writer.writerow(row if number % CHANGED else [row[0], f"{row[1]}, revised", *row[2:]])
    return path
