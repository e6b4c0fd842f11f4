"""Every page works without JavaScript."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, Shops, watched
from tests.support.page_text import books_on, follow
from tests.support.whole_shop import service, until_ready


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    with browser.new_context(java_script_enabled=False, viewport=DESK) as context, watched(context) as page:
        yield page


def test_shopper_rummages_from_home_to_a_book_and_on(plain: Page, shops: Shops) -> None:
    plain.goto(f"{shops.built_in.address}/")
    follow(plain.get_by_role("link", name=re.compile("^all of", re.IGNORECASE)).first)
    drawn = books_on(plain)
    follow(plain.get_by_role("link", name="More", exact=True))
    assert not set(drawn) & set(books_on(plain))
    follow(plain.get_by_role("link", name="Shuffle", exact=True))
    follow(plain.locator("main a[href^='/books/']").first)
    follow(plain.locator("section").get_by_role("link").last)
    follow(plain.get_by_role("link", name="Surprise me").first)
    follow(plain.get_by_role("link", name="Bookstall").first)

    assert len(books_on(plain)) >= 60


def test_shopper_tries_again_by_a_link_when_the_service_was_away(plain: Page, shops: Shops, log: Path) -> None:
    shop = shops.away
    plain.goto(f"{shop.address}/categories/mystery?max_results=20")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Back in a moment")
    with service(shop, log):
        until_ready(shop)
        follow(plain.get_by_role("link", name="Try again"))

        assert len(books_on(plain)) == 20
