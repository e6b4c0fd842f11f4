"""A page's request is one trace, from the browser to the SQL statements."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from secrets import token_hex
from urllib.error import HTTPError

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import DatabaseServer
from tests.support.otlp_collector import Collector, Span, collecting
from tests.support.processes import wait_until
from tests.support.query_obstacle import put_obstacle, stalled, wait_for_waiters
from tests.support.shelves import Shop, open_shop
from tests.support.traced_shop import TracedShop, traced_shop

SERVICE = "bookstall.recommendations.v1.RecommendationsService"
CALL = f"{SERVICE}/RecommendBooks"
SERVER, CLIENT = 2, 3
"""Kinds of spans."""

CALLER = "b7ad6b7169203331"
SECRET = "471199"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def catalogue(database_server: DatabaseServer, seeded_template: str) -> Iterator[str]:
    with fresh_database(database_server.url, seeded_template) as url:
        yield url


@pytest.fixture(scope="module")
def shop(catalogue: str, collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TracedShop]:
    with traced_shop(catalogue, tmp_path_factory.mktemp("logs"), collector.endpoint, MARKETPLACE_WORKERS=2) as shop:
        yield shop


def traceparent(trace_id: str, *, sampled: bool = True) -> str:
    return f"00-{trace_id}-{CALLER}-0{int(sampled)}"


def spans_of(shop: TracedShop, collector: Collector, path: str) -> list[Span]:
    """Get a page, and return the spans of its trace once both services have sent their outermost."""
    trace_id = token_hex(16)
    try:
        shop.get(path, traceparent(trace_id))
    except HTTPError as error:
        error.close()
    wait_until(lambda: len([span for span in collector.of_trace(trace_id) if span.kind == SERVER]) == 2)
    return collector.of_trace(trace_id)


def the(spans: list[Span], **wanted: object) -> Span:
    (span,) = (span for span in spans if all(getattr(span, name) == value for name, value in wanted.items()))
    return span


def test_a_page_is_one_trace_from_the_browser_to_the_statement(shop: TracedShop, collector: Collector) -> None:
    spans_of(shop, collector, "/categories/mystery")  # the service looks up the shelf
    spans = spans_of(shop, collector, "/categories/mystery")

    page = the(spans, parent_id=CALLER)
    assert (page.service, page.name, page.kind) == ("marketplace", "GET /categories/<slug>", SERVER)
    call = the(spans, parent_id=page.span_id)
    assert (call.service, call.name, call.kind) == ("marketplace", CALL, CLIENT)
    served = the(spans, parent_id=call.span_id)
    assert (served.service, served.name, served.kind) == ("recommendations", CALL, SERVER)
    batch = the(spans, parent_id=served.span_id)
    assert (batch.name, batch.links) == ("batch", (served.span_id,))
    statement = the(spans, parent_id=batch.span_id)
    assert (statement.name, statement.kind) == ("SELECT", CLIENT)
    assert len(spans) == 5


def test_spans_have_the_attributes_of_the_conventions(shop: TracedShop, collector: Collector) -> None:
    spans = spans_of(shop, collector, "/categories/mystery")
    assert the(spans, parent_id=CALLER).attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/categories/<slug>",
        "url.scheme": "http",
    }
    for span in (span for span in spans if span.name == CALL):
        assert span.attributes == {
            "rpc.system.name": "grpc",
            "rpc.method": CALL,
            "rpc.response.status_code": "OK",
        }
    statement = next(span for span in spans if span.name == "SELECT")
    assert statement.attributes["db.system.name"] == "postgresql"
    assert statement.attributes["db.operation.name"] == "SELECT"
    assert not any(span.is_error for span in spans)


def test_no_attribute_has_a_user_a_token_or_a_parameter(shop: TracedShop, collector: Collector) -> None:
    page = shop.get("/categories/mystery")
    token = re.search(r"page_token=([\w-]+)", page)
    assert token
    path = f"/categories/mystery?page_token={token[1]}&user_id={SECRET}"
    spans = spans_of(shop, collector, path)
    texts = [str(value) for span in spans for value in (span.name, *span.attributes.values())]
    assert [text for text in texts if SECRET in text or token[1] in text or "mystery" in text] == []


def test_a_page_that_does_not_exist_is_no_error_of_the_service(shop: TracedShop, collector: Collector) -> None:
    spans = spans_of(shop, collector, "/categories/no-such")
    assert {(span.kind, span.is_error) for span in spans if span.name == CALL} == {(CLIENT, True), (SERVER, False)}
    assert not the(spans, parent_id=CALLER).is_error


def test_log_lines_have_the_ids_of_their_span(shop: TracedShop, collector: Collector) -> None:
    spans = spans_of(shop, collector, "/categories/mystery")
    for module in ("marketplace", "recommendations"):
        span = the(spans, service=module, kind=SERVER)
        wait_until(partial(shop.lines, module, span.trace_id))
        assert {line["span_id"] for line in shop.lines(module, span.trace_id)} == {span.span_id}


def test_what_is_not_sampled_is_only_in_the_logs(shop: TracedShop, collector: Collector) -> None:
    trace_id = token_hex(16)
    shop.get("/categories/mystery", traceparent(trace_id, sampled=False))
    spans_of(shop, collector, "/categories/mystery")
    assert collector.of_trace(trace_id) == []
    for module in ("marketplace", "recommendations"):
        wait_until(partial(shop.lines, module, trace_id))


def test_each_worker_sends_its_spans(shop: TracedShop, collector: Collector) -> None:
    trace_ids = [token_hex(16) for _ in range(20)]
    for trace_id in trace_ids:
        shop.get("/categories/mystery", traceparent(trace_id))
    wait_until(lambda: all(len(collector.of_trace(trace_id)) == 5 for trace_id in trace_ids))


def test_health_checks_have_no_trace(shop: TracedShop, collector: Collector) -> None:
    trace_id = token_hex(16)
    for path in ("/healthz", "/readyz"):
        shop.get(path, traceparent(trace_id))
    spans_of(shop, collector, "/categories/mystery")
    assert collector.of_trace(trace_id) == []


@pytest.fixture
def slow_shop(database_url: str) -> Iterator[Shop]:
    """Give a shop whose statements can be stalled."""
    with open_shop(database_url) as shop:
        shop.shelf("mystery", 20)
        put_obstacle(shop)
        yield shop


def draw(stub: pb_grpc.RecommendationsServiceStub, trace_id: str) -> "grpc.Future[pb.RecommendBooksResponse]":
    request = pb.RecommendBooksRequest(category="mystery", max_results=1)
    return stub.RecommendBooks.future(request, timeout=30, metadata=(("traceparent", traceparent(trace_id)),))


def test_a_batch_links_to_each_request_that_it_answers(
    slow_shop: Shop, database_url: str, collector: Collector, tmp_path: Path
) -> None:
    alone, first, second = (token_hex(16) for _ in range(3))
    with traced_shop(database_url, tmp_path, collector.endpoint) as shop, grpc.insecure_channel(shop.target) as channel:
        stub = pb_grpc.RecommendationsServiceStub(channel)
        draw(stub, token_hex(16)).result()
        with stalled(slow_shop):
            calls = [draw(stub, alone)]
            wait_for_waiters(slow_shop, 1)
            # The draws wait for the statement before them, and then share one.
            calls += [draw(stub, first), draw(stub, second)]
            stub.ListCategories(pb.ListCategoriesRequest())
        for call in calls:
            call.result()
        shop.stop()
    served = {trace_id: the(collector.of_trace(trace_id), name=CALL) for trace_id in (alone, first, second)}
    assert the(collector.of_trace(alone), name="batch").links == (served[alone].span_id,)
    spans = [span for trace_id in (first, second) for span in collector.of_trace(trace_id)]
    batch = the(spans, name="batch")
    leading, other = sorted((served[first], served[second]), key=lambda span: span.span_id != batch.parent_id)
    assert batch.parent_id == leading.span_id
    assert set(batch.links) == {leading.span_id, other.span_id}
    assert other.links == (batch.span_id,)
    assert the(spans, name="SELECT").parent_id == batch.span_id
