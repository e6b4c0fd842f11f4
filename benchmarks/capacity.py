"""The arithmetic of docs/scale.md: `python -m benchmarks.capacity` writes its tables.

The measured figures come from docs/performance.md; `make bench` with a published scale writes these tables, too. Beyond
two cores the figures are extrapolated: they assume that each part scales with its replicas.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from benchmarks import document
from benchmarks.comparison import table
from benchmarks.environment import DOCS
from benchmarks.errors import BenchmarkError

DOCUMENT = DOCS / "scale.md"
MEASURED = DOCS / "performance.md"
CORES = 2
"""Cores of the measuring computer, for clients, services and PostgreSQL together."""
POSTGRES_US, CLIENT_US = 90.0, 25.0
"""Processor time of a draw of ten books in PostgreSQL, and of a call in h2load (docs/performance.md)."""
BUSY = 0.6
"""Planned utilization of a core; the rest is for bursts and the loss of a replica."""
SERVER_CORES = 16
"""Cores of a database server."""
CONNECTIONS = 5
"""Database connections of each recommendations replica: four, and one to the primary."""
BYTES_PER_BOOK = 655
"""With all indexes and three slots, but no description: `python -m seed synthetic 100000`, November 2026."""
RANDOM_PAGES = 3
"""Blocks of 8 kB read for a drawn book if nothing is cached: a leaf of the slots, a leaf of the books, the row."""
BOOKS_DRAWN = 10
READS_PER_S = 500_000
"""Random reads of 8 kB per second of one fast NVMe drive."""
RATES = (10_000, 100_000, 1_000_000)
CATALOGUES = (10_000_000, 100_000_000, 1_000_000_000)


@dataclass(frozen=True)
class Costs:
    """Processor time in microseconds: an upper bound that counts both cores as always busy."""

    service: float
    """Of one call for ten books."""
    page: float
    """Of one category page in its own process."""
    home: float
    """Of one `/`."""


def measured(text: str) -> Costs:
    """Return the costs that follow from the throughputs in docs/performance.md."""
    calls = _figure(text, "128 in flight (8 connections × 16), calls/s")
    pages = _figure(text, "category page with 10 books, against the baseline, pages/s")
    home = _figure(text, "`/` with its shelves, against the category page, pages/s")
    service = CORES * 1e6 / calls - POSTGRES_US - CLIENT_US
    return Costs(service, CORES * 1e6 / pages - service - POSTGRES_US, CORES * 1e6 / home - service - POSTGRES_US)


def cores(rate: float, cost_us: float) -> int:
    """Return how many cores this many requests a second need."""
    return math.ceil(rate * cost_us / 1e6 / BUSY)


def parts_table(costs: Costs) -> str:
    """Return the table of what one core carries."""
    rows = {
        "page: a category of ten books": costs.page,
        "page: `/` with its shelves": costs.home,
        "recommendations service: a call for ten books": costs.service,
        "PostgreSQL: the draw of ten books": POSTGRES_US,
    }
    return table(
        ["part", "processor time, µs", "one core, at most, per second", f"planned, {BUSY:.0%} busy"],
        [[name, f"{cost:,.0f}", f"{1e6 / cost:,.0f}", f"{BUSY * 1e6 / cost:,.0f}"] for name, cost in rows.items()],
    )


def rates_table(costs: Costs) -> str:
    """Return the table of what each rate of category pages needs."""
    rows = []
    for rate in RATES:
        replicas = cores(rate, costs.service)
        database = cores(rate, POSTGRES_US)
        servers = math.ceil(database / SERVER_CORES)
        figures = (cores(rate, costs.page), replicas, database, servers, replicas * CONNECTIONS)
        rows.append([f"{rate:,}", *(f"{figure:,}" for figure in figures)])
    headings = ["pages/s", "cores of pages", "cores (replicas) of the service", "cores of PostgreSQL"]
    return table([*headings, f"database servers of {SERVER_CORES} cores", "connections"], rows)


def catalogues_table() -> str:
    """Return the table of what each size of catalogue needs."""
    reads = BOOKS_DRAWN * RANDOM_PAGES
    rows = [
        [f"{books:,}", f"{books * BYTES_PER_BOOK / 1e9:,.0f}", f"{READS_PER_S / reads:,.0f}"] for books in CATALOGUES
    ]
    return table(["books", "GB of tables and indexes", "draws/s of a server if nothing is in memory"], rows)


def tables(text: str) -> dict[str, str]:
    """Return all tables, from the text of docs/performance.md."""
    costs = measured(text)
    return {"parts": parts_table(costs), "rates": rates_table(costs), "catalogues": catalogues_table()}


def _figure(text: str, row: str) -> float:
    """Return the first figure in a row of a table."""
    match = re.search(rf"^\| {re.escape(row)} +\| ([\d,.]+)", text, re.MULTILINE)
    if not match:
        raise BenchmarkError(f"docs/performance.md has no row '{row}'.")
    return float(match[1].replace(",", ""))


def main(path: Path = DOCUMENT) -> None:
    """Write the tables into docs/scale.md."""
    document.fill(path, tables(MEASURED.read_text("utf-8")))


if __name__ == "__main__":
    main()
