"""The metrics that Prometheus scrapes."""

import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import grpc
import pytest

from quickstart.addresses import unused_port
from tests.support.processes import wait_until
from tests.support.scrapes import Scrapes
from tests.support.service import SERVING, Client, client_of, refused
from tests.support.service_process import program
from tests.support.shelves import Shop

SETTING = "RECOMMENDATIONS_METRICS_LISTEN"


@pytest.fixture(scope="module")
def metered(standing_database: str) -> Iterator[tuple[Client, Scrapes]]:
    """Run a service with metrics."""
    address = f"127.0.0.1:{unused_port()}"
    with (
        program(DATABASE_URL=standing_database, **{SETTING: address}) as running,
        client_of(running.target) as client,
    ):
        client.wait_until(SERVING)
        yield client, Scrapes(address)


def test_counts_finished_calls_by_method_and_status(shop: Shop, metered: tuple[Client, Scrapes]) -> None:
    client, scrapes = metered
    shop.shelf("mystery", 20)
    ok = 'recommendations_calls_total{method="RecommendBooks",code="OK"}'
    missing = 'recommendations_calls_total{method="RecommendBooks",code="NOT_FOUND"}'
    count = 'recommendations_call_duration_seconds_count{method="RecommendBooks"}'
    before = [scrapes.value(sample) for sample in (ok, missing, count)]
    client.books("mystery")
    client.books("mystery")
    with refused(grpc.StatusCode.NOT_FOUND):
        client.books("no-such")
    wait_until(
        lambda: (
            [scrapes.value(sample) for sample in (ok, missing, count)] == [before[0] + 2, before[1] + 1, before[2] + 3]
        )
    )


def test_counts_positions_books_and_empty_slots(shop: Shop, metered: tuple[Client, Scrapes]) -> None:
    client, scrapes = metered
    shop.shelf("gappy", 100, empty=range(1, 60))
    names = [f"recommendations_{name}_total" for name in ("positions_read", "books_drawn", "empty_slots")]
    before = [scrapes.value(name) for name in names]
    client.books("gappy", max_results=5)
    positions, books, empty = (scrapes.value(name) - start for name, start in zip(names, before, strict=True))
    assert books == 5
    assert empty > 0
    assert positions >= books + empty


def test_shows_batches_health_and_connections(shop: Shop, metered: tuple[Client, Scrapes]) -> None:
    client, scrapes = metered
    shop.shelf("mystery", 20)
    client.books("mystery")
    assert scrapes.value("recommendations_batch_requests_count") >= 1
    assert scrapes.value("recommendations_batch_duration_seconds_sum") > 0
    assert scrapes.value("recommendations_serving") == 1
    assert scrapes.value('recommendations_health_changes_total{to="serving"}') == 1
    assert scrapes.value('recommendations_database_connections{connection="draws",state="idle"}') == 1
    assert scrapes.value("recommendations_calls_in_flight") == 0


def test_counts_redraws_by_reason(shop: Shop, metered: tuple[Client, Scrapes]) -> None:
    client, scrapes = metered
    shelf = shop.shelf("growing", 20)
    client.books("growing")
    books = shop.books([f"New {number}" for number in range(20)])
    shop.place(shelf.id, dict(enumerate(books, 21)))
    client.books("growing")
    assert scrapes.value('recommendations_redraws_total{reason="shelf_grown"}') >= 1


def test_shows_the_books_and_slots_of_each_category(shop: Shop, standing_database: str) -> None:
    shop.shelf("mystery", 20, empty=[3])
    shop.run("UPDATE category SET book_count = 19 WHERE slug = 'mystery'")
    address = f"127.0.0.1:{unused_port()}"
    with program(DATABASE_URL=standing_database, **{SETTING: address}) as running, client_of(running.target) as client:
        client.wait_until(SERVING)
        scrapes = Scrapes(address)
        wait_until(lambda: scrapes.value('recommendations_category_books{category="mystery"}') == 19)
        assert scrapes.value('recommendations_category_positions{category="mystery"}') == 20


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (Debian: apt install prometheus)")
def test_text_passes_promtool(metered: tuple[Client, Scrapes]) -> None:
    _, scrapes = metered
    assert scrapes.complaints() == ""


def test_other_paths_are_not_found(metered: tuple[Client, Scrapes]) -> None:
    _, scrapes = metered
    with pytest.raises(urllib.error.HTTPError, match="404") as caught:
        urllib.request.urlopen(scrapes.url.replace("/metrics", "/debug"), timeout=5)
    caught.value.close()


def test_taken_address_is_logged_and_does_not_stop_the_service(shop: Shop, standing_database: str) -> None:
    shop.shelf("mystery", 20)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            program(DATABASE_URL=standing_database, **{SETTING: address}) as running,
            client_of(running.target) as client,
        ):
            client.wait_until(SERVING)
            assert client.books("mystery").books
            ended = running.end()
    assert f"no metrics: cannot listen at {address} (Address already in use); change {SETTING}" in ended.stderr


def test_empty_address_serves_no_metrics(shop: Shop, standing_database: str) -> None:
    shop.shelf("mystery", 20)
    with (
        program(DATABASE_URL=standing_database, **{SETTING: ""}) as running,
        client_of(running.target) as client,
    ):
        client.wait_until(SERVING)
        assert client.books("mystery").books
        assert "metrics" not in running.end().stderr
