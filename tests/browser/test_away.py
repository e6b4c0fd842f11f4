"""The page while its service is away."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Stalls
from tests.browser.reading import books_on
from tests.browser.stall import open_stall, service, until_ready


def test_shopper_sees_a_friendly_page_while_the_service_is_away(page: Page, stalls: Stalls, log: Path) -> None:
    address = "/categories/mystery?max_results=20"
    with open_stall(log, stalls.built_in.database, with_service=False) as stall:
        with service(stall, log):
            until_ready(stall)
            page.goto(f"{stall.address}{address}")
            assert len(books_on(page)) == 20
        page.clock.install()
        answer = page.goto(f"{stall.address}{address}")
        assert answer
        assert answer.status == 503
        expect(page.get_by_role("heading", level=1)).to_have_text("Back in a moment")
        expect(page.get_by_role("link", name="Try again")).to_be_visible()
        assert page.locator("meta[http-equiv]").count() == 0
        retry_after_s = int(answer.headers["retry-after"])

        # It looks again by itself, and goes on looking as long as nobody is there.
        for _ in range(2):
            with page.expect_response(f"{stall.address}{address}") as again:
                page.clock.fast_forward(retry_after_s * 1_500)
            assert again.value.status == 503
        with service(stall, log):
            until_ready(stall)
            page.clock.fast_forward(retry_after_s * 1_500)
            expect(page.get_by_role("heading", level=1)).to_have_text("Mystery")
            assert len(books_on(page)) == 20


def test_nobody_looks_again_before_the_time_that_the_shop_has_named(page: Page, stalls: Stalls) -> None:
    page.clock.install()
    answer = page.goto(f"{stalls.away.address}/")
    assert answer
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url == page.url else None)
    page.clock.run_for(int(answer.headers["retry-after"]) * 1_000 - 1)

    assert asked == []
