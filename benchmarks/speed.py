"""The speed of RecommendBooks, and of a health check of the same service, compared with the baseline server.

For this benchmark alone: `python -m benchmarks.speed --rounds=3 --seconds=2`.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import psycopg

from benchmarks import baseline_server, services
from benchmarks.comparison import Comparison, Goal, at_least, at_most, number, table, verdict
from benchmarks.environment import Environment, open_environment, warm
from benchmarks.grpc_call import Call
from benchmarks.h2load import Load, calls_per_second, median_ms
from benchmarks.processes import Program
from benchmarks.samples import Samples, in_turns
from benchmarks.scale import SCALES, Scale
from benchmarks.synthetic import largest_category

TABLES = ("speed", "speed_limits", "speed_sizes")

HEADINGS = ("", "ours", "baseline", "ours / baseline", "goal", "")
LIMIT_HEADINGS = ("", "health check", "baseline", "health check / baseline", "goal", "")
BOOKS = 10
IN_FLIGHT = ((4, 8, at_least(1.25)), (8, 16, at_least(1.35)), (1, 64, at_least(1.1)))
"""Connections, calls in flight on each, and the goal."""

LATENCY = at_most(1.8)
RESIDENT_MB = at_most(120)
WARM_UP_S = 1.0


def run(environment: Environment) -> dict[str, str]:
    """Measure the largest category of a large catalogue, and of smaller ones; return the tables by their names."""
    scale = environment.scale
    database_url = environment.catalogue(scale.speed_size)
    warm(database_url)
    by_size = [row for size in scale.usual_sizes for row in _rows_of(environment.catalogue(size), size, scale)]
    return {**measure(database_url, scale), "speed_sizes": table(HEADINGS, by_size)}


def _rows_of(database_url: str, size: int, scale: Scale) -> list[list[str]]:
    """Return the throughput and the processor time of a call, for the largest category of a catalogue."""
    warm(database_url)
    category, _ = largest_category(database_url)
    connections, in_flight, goal = IN_FLIGHT[0]
    load = Load(connections, in_flight, scale.load_s)
    titles = titles_of(database_url, category)
    with services.recommendations(database_url) as service, services.baseline(titles) as other:
        sides = {
            "ours": (service, services.books_call(service, category, BOOKS)),
            "baseline": (other, Call(other.port, baseline_server.METHOD, baseline_server.request(BOOKS))),
        }
        for _, call in sides.values():
            calls_per_second(call, Load(connections, in_flight, WARM_UP_S))
        results = in_turns({name: partial(_load, *side, load) for name, side in sides.items()}, scale.rounds)
    ours, theirs = ([Samples(list(values)) for values in zip(*results[name], strict=True)] for name in sides)
    rows = [
        Comparison(f"{size:,} books", "calls/s", ours[0], theirs[0], goal),
        Comparison(f"{size:,} books", "µs of processor time for a call", ours[1], theirs[1], None),
    ]
    return [row.cells() for row in rows]


def _load(program: Program, call: Call, load: Load) -> tuple[float, float]:
    """Return the calls answered in a second, and the processor time of one in microseconds."""
    before_s = program.processor_s()
    rate = calls_per_second(call, load)
    return rate, (program.processor_s() - before_s) / (rate * load.seconds) * 1e6


def measure(database_url: str, scale: Scale) -> dict[str, str]:
    """Measure all sides in turns, with the titles of the largest category; return the tables of speed and its limits.

    A health check needs neither the database nor the catalogue, so it shows what gRPC's server itself takes.
    """
    category, books = largest_category(database_url)
    titles = titles_of(database_url, category)
    with services.recommendations(database_url) as service, services.baseline(titles) as other:
        calls = {
            "ours": services.books_call(service, category, BOOKS),
            "health check": services.health_call(service),
            "baseline": Call(other.port, baseline_server.METHOD, baseline_server.request(BOOKS)),
        }
        for call in calls.values():
            calls_per_second(call, Load(4, 8, WARM_UP_S))
        ours, limits = zip(*_compared(calls, scale.rounds, scale.load_s), strict=True)
        rows = [*(row.cells() for row in ours), memory(service.resident_mb(), other.resident_mb())]
    return {
        "speed": f"{BOOKS} books from a category of {books:,}.\n\n{table(HEADINGS, rows)}",
        "speed_limits": table(LIMIT_HEADINGS, [row.cells() for row in limits]),
    }


def _compared(calls: Mapping[str, Call], rounds: int, seconds: float) -> Iterator[tuple[Comparison, Comparison]]:
    """Compare draws and health checks with the baseline, for each load and for one call in flight."""
    for connections, in_flight, goal in IN_FLIGHT:
        load = Load(connections, in_flight, seconds)
        noun = "connection" if connections == 1 else "connections"
        name = f"{connections * in_flight} in flight ({connections} {noun} × {in_flight})"
        results = in_turns({side: partial(calls_per_second, call, load) for side, call in calls.items()}, rounds)
        yield _against_baseline(name, "calls/s", results, goal)
    results = in_turns({side: partial(median_ms, call, seconds) for side, call in calls.items()}, rounds)
    yield _against_baseline("one in flight, median", "ms", results, LATENCY)


def _against_baseline(
    name: str, unit: str, results: Mapping[str, list[float]], goal: Goal
) -> tuple[Comparison, Comparison]:
    ours, health, baseline = (Samples(results[side]) for side in ("ours", "health check", "baseline"))
    return Comparison(name, unit, ours, baseline, goal), Comparison(name, unit, health, baseline, None)


def memory(ours_mb: float, theirs_mb: float) -> list[str]:
    """Return the row with the resident memory of both servers at the end."""
    return ["resident memory at the end, MB", number(ours_mb), number(theirs_mb), "", *verdict(RESIDENT_MB, ours_mb)]


def titles_of(database_url: str, category: str) -> list[str]:
    """Return the titles of a category's books."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT title FROM category JOIN slot ON category_id = category.id JOIN book ON book.id = book_id"
            " WHERE slug = %s",
            [category],
        ).fetchall()
    return [title for (title,) in rows]


def main() -> None:
    """Measure, and print the tables alone."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=main.__doc__)
    parser.add_argument("scale", choices=SCALES, nargs="?", default="default")
    parser.add_argument("--rounds", type=int, help="default: the scale's")
    parser.add_argument("--seconds", type=float, help="of each round (default: the scale's)")
    parser.add_argument("--database", metavar="URL", help="an existing catalogue (default: the scale's)")
    arguments = parser.parse_args()
    scale = SCALES[arguments.scale]
    scale = replace(scale, rounds=arguments.rounds or scale.rounds, load_s=arguments.seconds or scale.load_s)
    if arguments.database:
        print(*measure(arguments.database, scale).values(), sep="\n\n")
    else:
        with open_environment(scale) as environment:
            print(*run(environment).values(), sep="\n\n")


if __name__ == "__main__":
    main()
