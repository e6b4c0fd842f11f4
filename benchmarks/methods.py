"""Ways to draw ten books from a table, their time by its size, and their bias; and the plot of both."""

import random
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial

import sqlalchemy as sa

from benchmarks.comparison import number, table, with_spread
from benchmarks.environment import Stage, warm
from benchmarks.samples import Samples, in_turns
from benchmarks.sampling_methods import BOOKS, WAYS, Draw
from benchmarks.synthetic import fill
from recommendations.storage.engine import create_engine, database_url

TABLES = ("methods",)

BIAS_BOOKS = 1_000
BIAS_PLACES = 1_250
"""A fifth of the books of the catalogue in which bias is counted has been deleted."""

SEED = 7


def run(stage: Stage) -> dict[str, str]:
    """Measure each way in turns, in catalogues of each size; draw the plot and return the table by its name."""
    from benchmarks import plot  # noqa: PLC0415 - only `make bench` installs what plots; the tests read TABLES without it

    times = {size: time_ways(stage.catalogue(size), stage) for size in stage.scale.sizes}
    bias_url = stage.database(f"bias_{BIAS_BOOKS}", fill_with_gaps)
    bias = bias_of_ways(bias_url, stage.scale.bias_draws)
    chance = hottest(by_chance(stage.scale.bias_draws))
    curves = {name: {size: times[size][name].median for size in times} for name in WAYS}
    plot.draw(stage.docs / "plots", curves, bias, chance)
    rows = [[name, *(with_spread(times[size][name]) for size in times), number(bias[name])] for name in WAYS]
    rows.append(["chance alone", *("" for _ in times), number(chance)])
    sizes = [f"ms, {size:,} books" for size in times]
    return {"methods": table([f"{BOOKS} books drawn by", *sizes, "hottest book / mean"], rows)}


def connect(url: str) -> sa.Connection:
    """Return a connection to a database as the service's own are."""
    address = database_url({"DATABASE_URL": url})
    settings = {"jit": "off"}
    return create_engine(
        address, application_name="bench", settings=settings, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    ).connect()


def time_ways(url: str, stage: Stage) -> dict[str, Samples]:
    """Return the milliseconds that a draw takes in each way."""
    warm(url)
    with connect(url) as connection:
        chance = random.Random(SEED)
        draws = {name: way(connection, chance) for name, way in WAYS.items()}
        for draw in draws.values():
            draw()
        seconds = stage.scale.latency_s / 2
        sides = {name: partial(median_ms, draw, seconds) for name, draw in draws.items()}
        return {name: Samples(found) for name, found in in_turns(sides, stage.scale.rounds).items()}


def median_ms(draw: Draw, seconds: float) -> float:
    """Return the median time of a draw, repeated for some seconds; a slow one is made once."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        began = time.perf_counter()
        draw()
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2] * 1e3


def bias_of_ways(url: str, draws: int) -> dict[str, float]:
    """Return how much more often than the mean book the most drawn one came, by each way."""
    with connect(url) as connection:
        chance = random.Random(SEED)
        return {
            name: hottest(book for draw in [way(connection, chance)] for _ in range(draws) for book in draw())
            for name, way in WAYS.items()
        }


def hottest(books: Iterable[int]) -> float:
    """Return the count of the most frequent book over the mean count of all books there are."""
    counts = Counter(books)
    return max(counts.values()) * BIAS_BOOKS / counts.total()


def by_chance(draws: int) -> Iterable[int]:
    """Return fair draws from memory: what the hottest book of a fair way comes to by chance alone."""
    chance = random.Random(SEED)
    return (book for _ in range(draws) for book in chance.sample(range(BIAS_BOOKS), BOOKS))


def fill_with_gaps(url: str) -> None:
    """Make a catalogue of which a fifth has been deleted, here and there."""
    fill(url, BIAS_PLACES)
    with connect(url) as connection:
        connection.exec_driver_sql(
            "DELETE FROM book WHERE id IN (SELECT id FROM book ORDER BY hashint8(id) LIMIT %s)",
            (BIAS_PLACES - BIAS_BOOKS,),
        )
        connection.exec_driver_sql(
            "UPDATE category SET book_count = (SELECT count(book_id) FROM slot WHERE category_id = id)"
        )
