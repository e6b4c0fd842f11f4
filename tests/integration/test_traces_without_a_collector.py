"""Traces never slow or fail a call, delay the shutdown, or cost anything while they are off."""

import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import DatabaseServer
from tests.support.otlp_collector import collecting
from tests.support.processes import unused_port, wait_until
from tests.support.shelves import open_shop
from tests.support.traced_shop import TracedShop, traced_shop

REQUESTS = 40
SHORT_QUEUE = {"OTEL_BSP_MAX_QUEUE_SIZE": 16, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": 8}
"""Small queues, which are full before the end of the test."""

MODULES = ("recommendations", "marketplace")
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@contextmanager
def away() -> Iterator[str]:
    """Give an endpoint at which nothing listens."""
    yield f"http://127.0.0.1:{unused_port()}"


@contextmanager
def deaf() -> Iterator[str]:
    """Give the endpoint of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def refusing() -> Iterator[str]:
    """Give the endpoint of a collector that refuses everything."""
    with collecting(refuses=True) as collector:
        yield collector.endpoint


@pytest.fixture(scope="module")
def catalogue(database_server: DatabaseServer, migrated_template: str) -> Iterator[str]:
    with fresh_database(database_server.url, migrated_template) as url:
        with open_shop(url) as shop:
            shop.shelf("mystery", 20)
        yield url


@pytest.fixture(scope="module")
def ended(catalogue: str, tmp_path_factory: pytest.TempPathFactory) -> TracedShop:
    """Give a shop with traces that has shown a page and ended: what it imported and its log, which is text."""
    settings = {"MARKETPLACE_LOG_FORMAT": "text", "RECOMMENDATIONS_LOG_FORMAT": "text", "PYTHONPROFILEIMPORTTIME": 1}
    folder = tmp_path_factory.mktemp("logs")
    with collecting() as collector, traced_shop(catalogue, folder, collector.endpoint, **settings) as shop:
        shop.get("/categories/mystery", f"00-{TRACE_ID}-b7ad6b7169203331-01")
        shop.stop()
        return shop


@pytest.mark.parametrize("endpoint_of", [away, deaf, refusing])
def test_pages_and_the_shutdown_do_not_wait_for_the_collector(
    catalogue: str, tmp_path: Path, endpoint_of: Callable[[], AbstractContextManager[str]]
) -> None:
    with (
        endpoint_of() as endpoint,
        traced_shop(catalogue, tmp_path, endpoint, **SHORT_QUEUE) as shop,
        ThreadPoolExecutor(4) as clients,
    ):
        pages = list(clients.map(lambda _: shop.get("/categories/mystery"), range(REQUESTS)))
        assert all("mystery" in page for page in pages)
        shop.stop()


@pytest.mark.parametrize(
    ("setting", "value"), [("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"), ("OTEL_TRACES_SAMPLER_ARG", "x")]
)
def test_invalid_variables_are_logged_and_the_shop_serves(
    catalogue: str, tmp_path: Path, setting: str, value: str
) -> None:
    settings = {"OTEL_TRACES_SAMPLER": "traceidratio", setting: value}
    with away() as endpoint, traced_shop(catalogue, tmp_path, endpoint, **settings) as shop:
        assert "mystery" in shop.get("/categories/mystery")
        for module in MODULES:
            wait_until(partial(shop.has, module, "WARNING"))


@pytest.mark.parametrize("is_on", [False, True])
def test_opentelemetry_is_only_loaded_for_traces(
    catalogue: str, ended: TracedShop, tmp_path: Path, *, is_on: bool
) -> None:
    shop = ended
    if not is_on:
        with traced_shop(catalogue, tmp_path, "", PYTHONPROFILEIMPORTTIME=1) as shop:
            shop.get("/categories/mystery")
            shop.stop()
    for module in MODULES:
        log = shop.text(module)
        assert re.search(r"\| +grpc$", log, re.MULTILINE)
        assert bool(re.search(r"\| +opentelemetry", log)) is is_on


def test_text_lines_end_with_the_ids(ended: TracedShop) -> None:
    for module in MODULES:
        assert f"] trace_id={TRACE_ID} span_id=" in ended.text(module)
