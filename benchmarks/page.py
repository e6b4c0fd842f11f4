"""The speed of the shop's pages compared with the baseline page."""

from functools import partial

from benchmarks import services
from benchmarks.comparison import Comparison, at_least, at_most, table
from benchmarks.environment import Environment, warm
from benchmarks.samples import Samples, in_turns
from benchmarks.speed import BOOKS, titles_of
from benchmarks.synthetic import largest_category
from benchmarks.wrk import CONNECTIONS, load_pages

TABLES = ("page",)

WARM_UP_S = 1.0


def run(environment: Environment) -> dict[str, str]:
    """Measure the category page, the front page, the least page and the baseline's in turns; return the table."""
    scale = environment.scale
    database_url = environment.catalogue(scale.speed_size)
    warm(database_url)
    category, _ = largest_category(database_url)
    with (
        services.recommendations(database_url) as service,
        services.marketplace(service) as shop,
        services.least_page(service, category) as least,
        services.baseline(titles_of(database_url, category)) as other,
        services.baseline_page(other) as other_page,
    ):
        urls = {
            "category": f"http://127.0.0.1:{shop.port}/categories/{category}?max_results={BOOKS}",
            "home": f"http://127.0.0.1:{shop.port}/",
            "least": f"http://127.0.0.1:{least.port}/",
            "baseline": f"http://127.0.0.1:{other_page.port}/",
        }
        for url in urls.values():
            load_pages(url, WARM_UP_S)
        results = in_turns({name: partial(load_pages, url, scale.load_s) for name, url in urls.items()}, scale.rounds)
    rate = {name: Samples([pages.per_second for pages in runs]) for name, runs in results.items()}
    p99 = {name: Samples([pages.p99_ms for pages in runs]) for name, runs in results.items()}
    name = f"category page with {BOOKS} books"
    rows = [
        Comparison(f"{name}, against the baseline", "pages/s", rate["category"], rate["baseline"], at_least(3)),
        Comparison(f"{name}, against the baseline", "99 % within ms", p99["category"], p99["baseline"], at_most(1)),
        Comparison(
            "`/` with its shelves, against the category page", "pages/s", rate["home"], rate["category"], at_least(0.45)
        ),
        Comparison(
            "the least page there can be, against the baseline", "pages/s", rate["least"], rate["baseline"], None
        ),
    ]
    headings = [f"{CONNECTIONS} connections", "this", "that", "this / that", "goal", ""]
    return {"page": table(headings, [row.cells() for row in rows])}
