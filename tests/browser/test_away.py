"""The page while its service is away."""

from itertools import cycle
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import TIMEOUT_MS, Shops
from tests.support.page_text import books_on
from tests.support.whole_shop import service, until_ready


def test_shopper_sees_a_friendly_page_while_the_service_is_away(first_page: Page, shops: Shops, log: Path) -> None:
    address = "/categories/mystery?max_results=20"
    shop = shops.away
    with service(shop, log):
        until_ready(shop)
        first_page.goto(f"{shop.address}{address}")
        assert len(books_on(first_page)) == 20
    first_page.clock.install()
    answer = first_page.goto(f"{shop.address}{address}")
    assert answer
    assert answer.status == 503
    expect(first_page.get_by_role("heading", level=1)).to_have_text("Back in a moment")
    expect(first_page.get_by_role("link", name="Try again")).to_be_visible()
    assert first_page.locator("meta[http-equiv]").count() == 0
    retry_after_s = int(answer.headers["retry-after"])

    # The page retries by itself, and keeps retrying while the service is away.
    for _ in range(2):
        with first_page.expect_response(f"{shop.address}{address}") as again:
            first_page.clock.fast_forward(retry_after_s * 1_500)
        assert again.value.status == 503
    with service(shop, log):
        until_ready(shop)
        first_page.clock.fast_forward(retry_after_s * 1_500)
        expect(first_page.get_by_role("heading", level=1)).to_have_text("Mystery", timeout=TIMEOUT_MS)
        assert len(books_on(first_page)) == 20


def test_the_page_does_not_retry_before_retry_after(first_page: Page, shops: Shops) -> None:
    address = f"{shops.away.address}/"
    first_page.clock.install(time=0)
    first_page.clock.pause_at(1)
    answer = first_page.goto(address)
    assert answer
    retry_after_ms = int(answer.headers["retry-after"]) * 1_000
    requested: list[str] = []
    first_page.on("request", lambda request: requested.append(request.url))

    first_page.clock.run_for(retry_after_ms - 1)
    assert address not in requested
    with first_page.expect_request(address):
        first_page.clock.run_for(retry_after_ms)


def test_odd_answers_of_a_proxy_are_waited_out(first_page: Page, shops: Shops) -> None:
    address = f"{shops.away.address}/"
    odd = cycle(
        [(503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), (503, {"Retry-After": "0"}), (502, {}), (504, {})]
    )
    methods: list[str] = []

    def answer_as_a_proxy(route: Route) -> None:
        methods.append(route.request.method)
        status, headers = next(odd)
        route.fulfill(status=status, headers=headers)

    first_page.clock.install(time=0)
    first_page.clock.pause_at(1)
    first_page.goto(address)
    first_page.route(address, answer_as_a_proxy)
    for _ in range(60):
        first_page.clock.run_for(1_000)

    assert 4 <= len(methods) <= 60 / 5
    assert set(methods) == {"HEAD"}
