"""The pages' Lighthouse scores, as on a phone."""

from functools import partial

from benchmarks import services
from benchmarks.comparison import at_least, table, verdict, with_spread
from benchmarks.environment import Environment, warm
from benchmarks.errors import BenchmarkError
from benchmarks.samples import Samples, in_turns
from benchmarks.synthetic import largest_category
from tests.support.chromium import find_chromium
from tests.support.errors import ToolError
from tests.support.lighthouse import IncompleteTraceError, Report, audit
from tests.support.npm import find_tool

TABLES = ("lighthouse",)

CATEGORIES = {"performance": 99, "accessibility": 100, "best-practices": 100, "seo": 100}
"""Lighthouse's categories, scored from 0 to 100, and the goal."""


def run(environment: Environment) -> dict[str, str]:
    """Audit three pages in turns, with the slow phone that Lighthouse simulates; return the table by its name.

    Without Chromium, npm or a complete trace the table gives the reason, and the other benchmarks go on.
    """
    try:
        find_chromium()
        find_tool("lighthouse")
    except ToolError as error:
        return {"lighthouse": f"Not measured: {error}"}
    try:
        return {"lighthouse": _measure(environment)}
    except IncompleteTraceError as error:
        return {"lighthouse": f"Not measured: {error}"}
    except ToolError as error:
        raise BenchmarkError(str(error)) from error


def _measure(environment: Environment) -> str:
    database_url = environment.catalogue(environment.scale.speed_size)
    warm(database_url)
    category, _ = largest_category(database_url)
    with services.recommendations(database_url) as service, services.marketplace(service) as shop:
        address = f"http://127.0.0.1:{shop.port}"
        pages = {"home": "/", "category": f"/categories/{category}", "book": "/books/1"}
        sides = {name: partial(audit, f"{address}{path}", tuple(CATEGORIES)) for name, path in pages.items()}
        reports = in_turns(sides, environment.scale.rounds if environment.scale.published else 1)
    rows = [_row(name, scored, runs) for name, runs in reports.items() for scored in CATEGORIES]
    return table(["page", "Lighthouse, mobile", "score of 100", "goal", ""], rows)


def _row(page: str, category: str, runs: list[Report]) -> list[str]:
    samples = Samples([report.scores[category] for report in runs])
    return [page, category, with_spread(samples), *verdict(at_least(CATEGORIES[category]), samples.median)]
