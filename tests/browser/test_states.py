"""Empty, short and error pages: their messages, and a link that leads on."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shops
from tests.support.page_states import address_of
from tests.support.page_text import books_on, follow


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("home without books", 200, "make seed"),
        ("no categories", 200, "make seed"),
        ("empty category", 200, "empty"),
        ("category with fewer books than requested", 200, "That's every book on this shelf"),
        ("unknown category", 404, "We can't find that page"),
        ("unknown book", 404, "We can't find that page"),
        ("unknown page", 404, "We can't find that page"),
        ("home of a bad link", 400, "This link doesn't work"),
        ("category of a bad link", 400, "This link doesn't work"),
        ("book of a bad link", 404, "We can't find that page"),
        ("home while the service is away", 503, "Back in a moment"),
        ("category while the service is away", 503, "Back in a moment"),
    ],
)
def test_the_page_explains_the_problem(page: Page, shops: Shops, name: str, status: int, words: str) -> None:
    answer = page.goto(address_of(name, shops))

    assert answer
    assert answer.status == status
    expect(page.locator("main").get_by_text(words).first).to_be_visible()


@pytest.mark.parametrize(
    "name", ["unknown category", "unknown book", "unknown page", "home of a bad link", "category of a bad link"]
)
def test_a_dead_end_has_a_link_that_leads_on(page: Page, shops: Shops, name: str) -> None:
    page.goto(address_of(name, shops))
    follow(page.locator("main").get_by_role("link").first)

    assert books_on(page)
