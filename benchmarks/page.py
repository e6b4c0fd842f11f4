"""The speed of the shop's pages compared with the baseline page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks import services
from benchmarks.comparison import Comparison, Goal, at_least, at_most, table
from benchmarks.environment import Environment, warm
from benchmarks.processes import Program
from benchmarks.samples import Samples, in_turns
from benchmarks.scale import Scale
from benchmarks.speed import BOOKS, titles_of
from benchmarks.synthetic import largest_category
from benchmarks.wrk import CONNECTIONS, load_pages

TABLES = ("page", "page_sizes")

WARM_UP_S = 1.0
CATEGORY = f"category page with {BOOKS} books"


@dataclass(frozen=True)
class Page:
    """A page to load, and the programs that serve it."""

    url: str
    programs: Sequence[Program]


@dataclass(frozen=True)
class Figures:
    """The figures of a page, one for each round."""

    per_second: Samples
    p99_ms: Samples
    processor_us: Samples
    """Processor time of the page's programs for one page, in microseconds, without PostgreSQL's."""


def run(environment: Environment) -> dict[str, str]:
    """Measure the category page, the front page, the minimal page and the baseline's in turns; return the tables."""
    scale = environment.scale
    figures = _measure(environment.catalogue(scale.speed_size), scale, ("category", "home", "least", "baseline"))
    category, home, least, other = (figures[name] for name in ("category", "home", "least", "baseline"))
    rows = [
        _pages(f"{CATEGORY}, against the baseline", category, other, at_least(2)),
        Comparison(f"{CATEGORY}, against the baseline", "p99 ms", category.p99_ms, other.p99_ms, at_most(1)),
        _time(f"{CATEGORY}, against the minimal page", category, least, at_most(1.35)),
        _pages("`/` with its shelves, against the category page", home, category, None),
        _time("`/` with its shelves, against the category page", home, category, at_most(1.8)),
        _pages("the minimal page, against the baseline", least, other, None),
    ]
    by_size = [row for size in scale.usual_sizes for row in _rows_of(environment.catalogue(size), size, scale)]
    return {"page": _table(rows), "page_sizes": _table(by_size)}


def _rows_of(database_url: str, size: int, scale: Scale) -> list[Comparison]:
    """Compare the pages on a smaller catalogue, most of whose cards the marketplace keeps."""
    figures = _measure(database_url, scale, ("category", "home", "least", "baseline"))
    category, home, least, other = (figures[name] for name in ("category", "home", "least", "baseline"))
    return [
        _pages(f"{size:,} books, category page against the baseline", category, other, at_least(2)),
        _time(f"{size:,} books, category page against the minimal page", category, least, at_most(1.35)),
        _time(f"{size:,} books, `/` against the category page", home, category, at_most(1.8)),
    ]


def _measure(database_url: str, scale: Scale, names: Sequence[str]) -> dict[str, Figures]:
    warm(database_url)
    with _pages_of(database_url) as pages:
        for name in names:
            load_pages(pages[name].url, WARM_UP_S)
        sides = {name: partial(load_page, pages[name], scale.load_s) for name in names}
        results = in_turns(sides, scale.rounds)
    return {
        name: Figures(*(Samples(list(values)) for values in zip(*rounds, strict=True)))
        for name, rounds in results.items()
    }


@contextmanager
def _pages_of(database_url: str) -> Iterator[dict[str, Page]]:
    category, _ = largest_category(database_url)
    with (
        services.recommendations(database_url) as service,
        services.marketplace(service) as shop,
        services.least_page(service, category) as least,
        services.baseline(titles_of(database_url, category)) as other,
        services.baseline_page(other) as other_page,
    ):
        yield {
            "category": Page(
                f"http://127.0.0.1:{shop.port}/categories/{category}?max_results={BOOKS}", (shop, service)
            ),
            "home": Page(f"http://127.0.0.1:{shop.port}/", (shop, service)),
            "least": Page(f"http://127.0.0.1:{least.port}/", (least, service)),
            "baseline": Page(f"http://127.0.0.1:{other_page.port}/", (other_page, other)),
        }


def load_page(page: Page, seconds: float) -> tuple[float, float, float]:
    """Load a page; return pages per second, the p99 in ms, and the processor time of a page in µs."""
    before_s = sum(program.processor_s() for program in page.programs)
    loaded = load_pages(page.url, seconds)
    spent_s = sum(program.processor_s() for program in page.programs) - before_s
    return loaded.per_second, loaded.p99_ms, spent_s / loaded.count * 1e6


def _pages(name: str, ours: Figures, other: Figures, goal: Goal | None) -> Comparison:
    return Comparison(name, "pages/s", ours.per_second, other.per_second, goal)


def _time(name: str, ours: Figures, other: Figures, goal: Goal | None) -> Comparison:
    return Comparison(name, "µs of processor time", ours.processor_us, other.processor_us, goal)


def _table(rows: Sequence[Comparison]) -> str:
    headings = [f"{CONNECTIONS} connections", "this", "that", "this / that", "goal", ""]
    return table(headings, [row.cells() for row in rows])
