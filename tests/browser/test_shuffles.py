"""Shuffles: another one, the next books of this one, back to it, and keeping it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import Shops, watched
from tests.support.chromium import ARGUMENTS
from tests.support.page_text import books_on, count_in, follow, follow_to_the_end

BACK_FORWARD_CACHE = "--disable-back-forward-cache"  # Playwright starts Chromium with this option
WAS_KEPT = 'addEventListener("pageshow", (event) => { window.wasKept = event.persisted; });'


@pytest.fixture(scope="module")
def keeping_browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Give a browser with a back/forward cache, which Playwright disables by default."""
    browser = playwright.chromium.launch(
        executable_path=chromium, args=ARGUMENTS, ignore_default_args=[BACK_FORWARD_CACHE]
    )
    yield browser
    browser.close()


@pytest.mark.parametrize("path", ["/", "/categories/mystery"])
def test_back_shows_the_same_books(page: Page, shops: Shops, path: str) -> None:
    page.goto(f"{shops.built_in.address}{path}")
    page.evaluate(WAS_KEPT)
    before = books_on(page)

    follow(page.locator("main a[href^='/books/']").first)
    page.go_back()

    assert page.evaluate("window.wasKept") is None
    assert len(before) >= 10
    assert books_on(page) == before


@pytest.mark.parametrize("path", ["/", "/categories/mystery"])
def test_back_shows_the_same_books_from_the_back_forward_cache(
    keeping_browser: Browser, shops: Shops, path: str
) -> None:
    with keeping_browser.new_context() as context, watched(context) as page:
        page.goto(f"{shops.built_in.address}{path}")
        page.evaluate(WAS_KEPT)
        before = books_on(page)

        follow(page.locator("main a[href^='/books/']").first)
        page.evaluate("history.back()")
        expect(page).to_have_url(f"{shops.built_in.address}{path}")
        page.wait_for_function("window.wasKept")

        assert len(before) >= 10
        assert books_on(page) == before


@pytest.mark.parametrize("path", ["/", "/categories/mystery"])
def test_a_reload_draws_others(page: Page, shops: Shops, path: str) -> None:
    page.goto(f"{shops.built_in.address}{path}")
    before = books_on(page)
    page.reload()

    assert len(books_on(page)) >= 10
    assert books_on(page) != before


def test_shuffle_draws_others(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/categories/mystery")
    before = books_on(page)
    follow(page.get_by_role("link", name="Shuffle", exact=True))

    assert "/categories/mystery" in page.url
    assert "page_token" not in page.url
    assert len(books_on(page)) == len(before)
    assert books_on(page) != before


def test_shuffle_the_stall_draws_others(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/")
    before = books_on(page)
    follow(page.get_by_role("link", name="Shuffle the stall").first)

    assert len(books_on(page)) >= 60
    assert books_on(page) != before


def test_a_copied_link_shows_the_same_books_to_a_friend(browser: Browser, shops: Shops) -> None:
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context, watched(context) as page:
        page.goto(f"{shops.built_in.address}/categories/mystery")
        before = books_on(page)
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_role("status")).to_have_text("Link copied")
        link = page.evaluate("navigator.clipboard.readText()")
        assert page.url.endswith("/categories/mystery")
    with browser.new_context() as another, watched(another) as friend:
        friend.goto(link)
        assert books_on(friend) == before
        friend.reload()
        assert books_on(friend) == before
        canonical = friend.locator("link[rel=canonical]").get_attribute("href") or ""
        assert canonical.endswith("/categories/mystery")


def test_previous_leads_back_through_the_same_books(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/categories/classics")
    walked = []
    for _ in range(3):
        walked.append(books_on(page))
        follow(page.get_by_role("link", name="More", exact=True))
    expect(page.get_by_text(re.compile(r"^31–40 of [0-9,]+$"))).to_be_visible()
    assert page.title().startswith("Classics, 31–40")
    for expected in reversed(walked):
        follow(page.get_by_role("link", name="Previous", exact=True))
        assert books_on(page) == expected
    expect(page.get_by_role("link", name="Previous", exact=True)).to_have_count(0)


def test_a_book_has_the_same_cover_on_every_page(page: Page, shops: Shops) -> None:
    worn = "(cards) => Object.fromEntries(cards.map((card) => [card.pathname, card.querySelector('.cover').className]))"
    page.goto(f"{shops.built_in.address}/categories/classics?max_results=20")
    covers = page.locator("main a.book").evaluate_all(worn)
    for address in list(covers)[:5]:
        page.goto(f"{shops.built_in.address}{address}")
        assert page.locator("article .cover").get_attribute("class") == covers[address]


def test_more_never_repeats_a_book(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/categories/mystery?max_results=30")
    count = count_in(page.get_by_text("books on this shelf").inner_text())
    seen = []
    for _ in follow_to_the_end(page.get_by_role("link", name="More", exact=True)):
        seen += books_on(page)

    assert len(seen) == len(set(seen)) == count
    expect(page.get_by_text("That's the end of this shuffle")).to_be_visible()


@pytest.mark.parametrize("wanted", [20, 50])
def test_shopper_chooses_how_many_to_show(page: Page, shops: Shops, wanted: int) -> None:
    page.goto(f"{shops.built_in.address}/categories/classics")
    follow(page.get_by_role("link", name=re.compile(rf"^{wanted}\b")))

    assert len(books_on(page)) == wanted
