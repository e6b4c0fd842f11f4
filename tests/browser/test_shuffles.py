"""Shuffles: another one, the next books of this one, back to it, and keeping it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import Stalls, watched
from tests.support.chromium import ARGUMENTS
from tests.support.page_text import books_on, count_in, follow, follow_to_the_end

BACK_FORWARD_CACHE = "--disable-back-forward-cache"  # what Playwright starts Chromium with
WAS_KEPT = 'addEventListener("pageshow", (event) => { window.wasKept = event.persisted; });'


@pytest.fixture(scope="module")
def keeping_browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Give a browser that keeps pages as they are for Back, as browsers do today."""
    browser = playwright.chromium.launch(
        executable_path=chromium, args=ARGUMENTS, ignore_default_args=[BACK_FORWARD_CACHE]
    )
    yield browser
    browser.close()


@pytest.mark.parametrize("path", ["/", "/categories/mystery"])
def test_back_shows_the_same_books(page: Page, stalls: Stalls, path: str) -> None:
    page.goto(f"{stalls.built_in.address}{path}")
    page.evaluate(WAS_KEPT)
    before = books_on(page)

    follow(page.locator("main a[href^='/books/']").first)
    page.go_back()

    assert page.evaluate("window.wasKept") is None
    assert len(before) >= 10
    assert books_on(page) == before


@pytest.mark.parametrize("path", ["/", "/categories/mystery"])
def test_back_shows_the_same_books_from_the_back_forward_cache(
    keeping_browser: Browser, stalls: Stalls, path: str
) -> None:
    with keeping_browser.new_context() as context, watched(context) as page:
        page.goto(f"{stalls.built_in.address}{path}")
        page.evaluate(WAS_KEPT)
        before = books_on(page)

        follow(page.locator("main a[href^='/books/']").first)
        page.evaluate("history.back()")
        expect(page).to_have_url(f"{stalls.built_in.address}{path}")
        page.wait_for_function("window.wasKept")

        assert len(before) >= 10
        assert books_on(page) == before


@pytest.mark.parametrize("path", ["/", "/categories/mystery"])
def test_a_reload_draws_others(page: Page, stalls: Stalls, path: str) -> None:
    page.goto(f"{stalls.built_in.address}{path}")
    before = books_on(page)
    page.reload()

    assert len(books_on(page)) >= 10
    assert books_on(page) != before


def test_shuffle_draws_others(page: Page, stalls: Stalls) -> None:
    page.goto(f"{stalls.built_in.address}/categories/mystery")
    before = books_on(page)
    follow(page.get_by_role("link", name="Shuffle", exact=True))

    assert "/categories/mystery" in page.url
    assert "page_token" not in page.url
    assert len(books_on(page)) == len(before)
    assert books_on(page) != before


def test_shuffle_the_stall_draws_others(page: Page, stalls: Stalls) -> None:
    page.goto(f"{stalls.built_in.address}/")
    before = books_on(page)
    follow(page.get_by_role("link", name="Shuffle the stall").first)

    assert len(books_on(page)) >= 60
    assert books_on(page) != before


def test_a_kept_shuffle_shows_the_same_books_at_a_reload_and_to_a_friend(
    page: Page, browser: Browser, stalls: Stalls
) -> None:
    page.goto(f"{stalls.built_in.address}/categories/mystery")
    before = books_on(page)
    follow(page.get_by_role("link", name="Keep this shuffle"))

    assert books_on(page) == before
    page.reload()
    assert books_on(page) == before
    with browser.new_context() as another, watched(another) as friend:
        friend.goto(page.url)
        assert books_on(friend) == before


def test_a_kept_shuffle_names_the_bare_address_as_its_own(page: Page, stalls: Stalls) -> None:
    page.goto(f"{stalls.built_in.address}/categories/mystery")
    follow(page.get_by_role("link", name="Keep this shuffle"))

    assert "page_token=" in page.url
    canonical = page.locator("link[rel=canonical]").get_attribute("href") or ""
    assert canonical.endswith("/categories/mystery")


def test_more_never_repeats_a_book(page: Page, stalls: Stalls) -> None:
    page.goto(f"{stalls.built_in.address}/categories/mystery?max_results=30")
    count = count_in(page.get_by_text("books on this shelf").inner_text())
    seen = []
    for _ in follow_to_the_end(page.get_by_role("link", name="More", exact=True)):
        seen += books_on(page)

    assert len(seen) == len(set(seen)) == count
    expect(page.get_by_text("That is the end of this shuffle")).to_be_visible()


@pytest.mark.parametrize("wanted", [20, 50])
def test_shopper_chooses_how_many_to_show(page: Page, stalls: Stalls, wanted: int) -> None:
    page.goto(f"{stalls.built_in.address}/categories/classics")
    follow(page.get_by_role("link", name=re.compile(rf"^{wanted}\b")))

    assert len(books_on(page)) == wanted
