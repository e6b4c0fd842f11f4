"""The processor time of a call while two replicas of the service share one database, compared with each alone."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias

from benchmarks import services
from benchmarks.comparison import Comparison, at_most, table
from benchmarks.environment import Environment, warm
from benchmarks.grpc_call import Call
from benchmarks.h2load import Load, calls_per_second
from benchmarks.processes import Program
from benchmarks.samples import Samples, in_turns
from benchmarks.speed import BOOKS, WARM_UP_S
from benchmarks.synthetic import largest_category

TABLES = ("replicas",)

HEADINGS = ("", "two replicas", "one", "two / one", "goal", "")
CONNECTIONS, IN_FLIGHT = 4, 8
"""Connections to each replica and calls in flight on each connection, so that two have twice the load of one."""

Replica: TypeAlias = tuple[Program, Call]
Map: TypeAlias = Callable[[Callable[[Replica], float], Sequence[Replica]], Iterable[Any]]


def run(environment: Environment) -> dict[str, str]:
    """Load two replicas at once and one after the other, in turns; return the table."""
    scale = environment.scale
    database_url = environment.catalogue(scale.speed_size)
    warm(database_url)
    category, _ = largest_category(database_url)
    with (
        services.recommendations(database_url, "replica-1") as first,
        services.recommendations(database_url, "replica-2") as second,
        ThreadPoolExecutor() as threads,
    ):
        replicas = [(each, services.books_call(each, category, BOOKS)) for each in (first, second)]
        load = partial(_load, replicas=replicas)
        load(map, seconds=WARM_UP_S)
        sides = {
            "two": partial(load, threads.map, seconds=scale.latency_s),
            # Measure both, one by one, because two processes of the same code differ by up to 15 %.
            "one": partial(load, map, seconds=scale.latency_s),
        }
        results = in_turns(sides, scale.turns)
    two, one = ([Samples(list(values)) for values in zip(*results[name], strict=True)] for name in ("two", "one"))
    together = Samples([rate * len(replicas) for rate in two[1].values])
    rows = [
        Comparison("a call", "µs of processor time", two[0], one[0], at_most(1.1)),
        Comparison("total on the same cores", "calls/s", together, one[1], None),
    ]
    return {"replicas": table(HEADINGS, [row.cells() for row in rows])}


def _load(apply: Map, *, replicas: Sequence[Replica], seconds: float) -> tuple[float, float]:
    """Load each replica.

    Returns:
        The service's processor time of a call in microseconds, and the mean of the replicas' calls in a second.
    """
    load = Load(CONNECTIONS, IN_FLIGHT, seconds)
    before_s = sum(program.processor_s() for program, _ in replicas)
    rates = list(apply(lambda replica: calls_per_second(replica[1], load), replicas))
    spent_s = sum(program.processor_s() for program, _ in replicas) - before_s
    return spent_s / (sum(rates) * seconds) * 1e6, statistics.fmean(rates)
