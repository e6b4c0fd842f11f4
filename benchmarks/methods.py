"""Sampling methods: the time to draw ten books by table size, their bias, and the plot of both."""

import random
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial

import sqlalchemy as sa

from benchmarks.comparison import number, table, with_spread
from benchmarks.environment import Environment, warm
from benchmarks.samples import Samples, in_turns
from benchmarks.sampling_methods import BOOKS, SAMPLING_METHODS, Draw
from benchmarks.synthetic import fill
from recommendations.storage.engine import create_engine, database_url

TABLES = ("methods",)

BIAS_BOOKS = 1_000
BIAS_PLACES = 1_250
"""The catalogue for the bias test starts with this many books; then a fifth of them is deleted."""

SEED = 7


def run(environment: Environment) -> dict[str, str]:
    """Measure the methods in turns at each catalogue size; draw the plot and return the table by its name."""
    from benchmarks import plot  # noqa: PLC0415 - only `make bench` installs matplotlib; the tests read TABLES without it

    times = {size: time_methods(environment.catalogue(size), environment) for size in environment.scale.sizes}
    bias_url = environment.database(f"bias_{BIAS_BOOKS}", fill_with_gaps)
    bias = bias_of_methods(bias_url, environment.scale.bias_draws)
    chance = hottest(by_chance(environment.scale.bias_draws))
    curves = {name: {size: times[size][name].median for size in times} for name in SAMPLING_METHODS}
    plot.draw(environment.docs / "plots", curves, bias, chance)
    rows = [
        [name, *(with_spread(times[size][name]) for size in times), number(bias[name])] for name in SAMPLING_METHODS
    ]
    rows.append(["chance alone", *("" for _ in times), number(chance)])
    sizes = [f"ms, {size:,} books" for size in times]
    return {"methods": table([f"{BOOKS} books drawn by", *sizes, "hottest book / mean"], rows)}


def connect(url: str) -> sa.Connection:
    """Return a connection configured like the service's own."""
    address = database_url({"DATABASE_URL": url})
    settings = {"jit": "off"}
    return create_engine(
        address, application_name="bench", settings=settings, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    ).connect()


def time_methods(url: str, environment: Environment) -> dict[str, Samples]:
    """Return the milliseconds per draw of each method."""
    warm(url)
    with connect(url) as connection:
        chance = random.Random(SEED)
        draws = {name: method(connection, chance) for name, method in SAMPLING_METHODS.items()}
        for draw in draws.values():
            draw()
        seconds = environment.scale.latency_s / 2
        sides = {name: partial(median_ms, draw, seconds) for name, draw in draws.items()}
        return {name: Samples(values) for name, values in in_turns(sides, environment.scale.rounds).items()}


def median_ms(draw: Draw, seconds: float) -> float:
    """Repeat a draw for some seconds, at least once, and return the median time in milliseconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        began = time.perf_counter()
        draw()
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2] * 1e3


def bias_of_methods(url: str, draws: int) -> dict[str, float]:
    """Return, for each method, the count of the most drawn book over the mean count."""
    with connect(url) as connection:
        chance = random.Random(SEED)
        return {
            name: hottest(book for draw in [method(connection, chance)] for _ in range(draws) for book in draw())
            for name, method in SAMPLING_METHODS.items()
        }


def hottest(books: Iterable[int]) -> float:
    """Return the count of the most frequent book over the mean count of all books."""
    counts = Counter(books)
    return max(counts.values()) * BIAS_BOOKS / counts.total()


def by_chance(draws: int) -> Iterable[int]:
    """Return fair draws from memory; their hottest book shows the effect of chance alone."""
    chance = random.Random(SEED)
    return (book for _ in range(draws) for book in chance.sample(range(BIAS_BOOKS), BOOKS))


def fill_with_gaps(url: str) -> None:
    """Create a catalogue and delete a fifth of its books at random."""
    fill(url, BIAS_PLACES)
    with connect(url) as connection:
        connection.exec_driver_sql(
            "DELETE FROM book WHERE id IN (SELECT id FROM book ORDER BY hashint8(id) LIMIT %s)",
            (BIAS_PLACES - BIAS_BOOKS,),
        )
        connection.exec_driver_sql(
            "UPDATE category SET book_count = (SELECT count(book_id) FROM slot WHERE category_id = id)"
        )
