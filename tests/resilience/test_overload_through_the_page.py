"""R3 through the page: a call that the service refuses becomes a 503 at once and is not retried."""

import time
from collections.abc import Callable
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from protobufs import recommendations_pb2 as pb
from recommendations.rpc.admission import MAX_RUNNING
from tests.support.processes import unused_port, wait_until
from tests.support.query_obstacle import put_obstacle, stalled
from tests.support.scrapes import Scrapes
from tests.support.service import CALL_TIMEOUT_S, client_of
from tests.support.shelves import open_shop
from tests.support.shipped_processes import ShippedProcess

Start = Callable[..., ShippedProcess]

PATHS = ["/", "/categories/mystery", "/categories", "/books/1", "/api/recommendations"]
REFUSED = "recommendations_calls_refused_total"


def response_to(page: ShippedProcess, path: str) -> tuple[int, str | None]:
    """Return the status of a page, and its Retry-After."""
    try:
        with urlopen(f"http://{page.target}{path}", timeout=CALL_TIMEOUT_S) as response:
            return response.status, response.headers["Retry-After"]
    except HTTPError as error:
        return error.code, error.headers["Retry-After"]


@pytest.mark.promise("R3: overload through the page", "503 with Retry-After at once, retried by nobody")
def test_pages_of_an_overloaded_service_are_503_at_once(
    catalogue: str, start_service: Start, start_page: Start, figure: Callable[[str], None]
) -> None:
    metrics = Scrapes(f"127.0.0.1:{unused_port()}")
    service = start_service(
        catalogue, RECOMMENDATIONS_METRICS_LISTEN=metrics.address, RECOMMENDATIONS_STATEMENT_TIMEOUT_MS="9000"
    )
    page = start_page(service.target)
    request = pb.RecommendBooksRequest(category="mystery")
    with open_shop(catalogue) as shop, client_of(service.target) as client:
        put_obstacle(shop)
        client.books("mystery")
        with stalled(shop):
            send = client.stub.RecommendBooks.future
            calls = client.send_all(lambda _: send(request, timeout=CALL_TIMEOUT_S), MAX_RUNNING)
            wait_until(lambda: metrics.value("recommendations_calls_in_flight") == MAX_RUNNING)
            began = time.monotonic()
            responses = {path: response_to(page, path) for path in PATHS}
            slowest_s = time.monotonic() - began
            are_held = not any(call.done() for call in calls)
            refused = metrics.value(REFUSED)
        assert all(call.result().books for call in calls)
    assert response_to(page, "/categories/mystery") == (200, None)
    figure(f"{len(PATHS)} pages in {slowest_s * 1e3:.0f} ms: {responses['/'][0]}, {refused:.0f} calls refused")
    assert responses == dict.fromkeys(PATHS, (503, "5"))
    assert are_held
    assert refused == len(PATHS)
