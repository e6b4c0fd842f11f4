"""The processor time of traces: a page with them, compared with the same page without."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial

import grpc

from benchmarks import services
from benchmarks.comparison import Comparison, Goal, at_most, table
from benchmarks.environment import Environment, warm
from benchmarks.page import CATEGORY, Page, load_page
from benchmarks.samples import Samples, in_turns
from benchmarks.speed import BOOKS
from benchmarks.synthetic import largest_category
from benchmarks.wrk import CONNECTIONS, load_pages

TABLES = ("traces",)

TURN_S = 1.0
WARM_UP_S = 1.0

_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_SAMPLED = {
    "off": None,
    "off, second shop": None,
    "1 % sampled": "0.01",
    "10 % sampled": "0.1",
    "all sampled": "1",
}
"""Each side, and the share of the requests that it samples. The two sides without traces show the noise."""


def run(environment: Environment) -> dict[str, str]:
    """Measure the category page with and without traces in turns; return the table."""
    url = environment.catalogue(environment.scale.usual_sizes[0])
    warm(url)
    category, _ = largest_category(url)
    with ExitStack() as stack:
        endpoint = stack.enter_context(_collector())
        sides = {}
        for name, share in _SAMPLED.items():
            page = stack.enter_context(_page_of(url, category, name, endpoint, share))
            load_pages(page.url, WARM_UP_S)
            sides[name] = partial(load_page, page, TURN_S)
        results = in_turns(sides, environment.scale.turns)
    figures = {name: Samples([spent_us for _, _, spent_us in turns]) for name, turns in results.items()}
    goals: dict[str, Goal] = {"off, second shop": at_most(1.01), "10 % sampled": at_most(1.1)}
    rows = [
        Comparison(f"{CATEGORY}, {name}", "µs of processor time", each, figures["off"], goals.get(name))
        for name, each in figures.items()
        if name != "off"
    ]
    headings = [f"{CONNECTIONS} connections", "this", "off", "this / off", "goal", ""]
    return {"traces": table(headings, [row.cells() for row in rows])}


@contextmanager
def _page_of(url: str, category: str, name: str, endpoint: str, share: str | None) -> Iterator[Page]:
    settings = {"RECOMMENDATIONS_METRICS_LISTEN": "", "MARKETPLACE_METRICS_LISTEN": "", "MARKETPLACE_WORKERS": "1"}
    if share:
        settings |= {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}
        settings |= {"OTEL_TRACES_SAMPLER_ARG": share}
    with (
        services.recommendations(url, f"recommendations {name}", settings) as service,
        services.marketplace(service, f"marketplace {name}", settings) as shop,
    ):
        yield Page(f"http://127.0.0.1:{shop.port}/categories/{category}?max_results={BOOKS}", (shop, service))


@contextmanager
def _collector() -> Iterator[str]:
    """Run a collector that takes every span and keeps none; yield its endpoint."""
    accept: grpc.RpcMethodHandler[object, bytes] = grpc.unary_unary_rpc_method_handler(lambda *_: b"")
    service, _, method = _EXPORT[1:].partition("/")
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: accept}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
