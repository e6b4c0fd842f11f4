"""Keyboard navigation."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Shops
from tests.support.odd_catalogues import AUTHORS
from tests.support.page_states import address_of
from tests.support.page_text import books_on

FOCUSABLE = "a[href]:not([tabindex='-1']), button, input, select, summary"

# Returns the index of the focused element in page order, and what is invisible: its outline or the element itself.
LOOK_AT_FOCUS = """(focusable) => {
    const focused = document.activeElement;
    const style = getComputedStyle(focused);
    const box = focused.getClientRects()[0];
    const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1), y = box.y + box.height / 2;
    const there = document.elementFromPoint(x, y);
    const problems = [];
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) problems.push("no outline");
    if (!focused.contains(there)) problems.push("hidden");
    return [[...document.querySelectorAll(focusable)].indexOf(focused), problems];
}"""


@pytest.mark.parametrize("name", ["home", "category", "home while the service is away"])
def test_tab_goes_through_everything_in_order_and_shows_where_it_is(page: Page, shops: Shops, name: str) -> None:
    page.goto(address_of(name, shops))
    count = min(page.locator(FOCUSABLE).count(), 30)
    walked = []
    for _ in range(count):
        page.keyboard.press("Tab")
        place, problems = page.evaluate(LOOK_AT_FOCUS, FOCUSABLE)
        walked.append(place)
        assert not problems, f"{problems} at focusable element {place}"

    assert count > 5
    assert walked == list(range(count))


def test_the_first_tab_leads_past_the_masthead(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/categories/mystery")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the books")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("main :focus")).to_be_in_viewport()


def tab_to(thing: Locator) -> None:
    """Press Tab until the focus is on this."""
    for _ in range(60):
        if thing.evaluate("(thing) => thing === document.activeElement"):
            return
        thing.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {thing}")


def press_enter_on(name: str, page: Page) -> None:
    """Tab to a link by its name and follow it."""
    tab_to(page.get_by_role("link", name=name, exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_shopper_shuffles_keeps_chooses_and_goes_on_by_keyboard(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/categories/mystery")
    first = books_on(page)
    press_enter_on("Shuffle", page)
    assert books_on(page) != first
    shuffled = books_on(page)
    tab_to(page.get_by_role("button", name="Copy link"))
    assert books_on(page) == shuffled
    press_enter_on("20 books", page)
    twenty = books_on(page)
    assert len(twenty) == 20
    press_enter_on("More", page)
    assert not set(twenty) & set(books_on(page))


def test_a_book_is_opened_by_keyboard(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/categories/mystery")
    book = books_on(page)[0]
    tab_to(page.locator(f"main a[href='{book}']"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == shops.built_in.address + book


def test_many_authors_are_unfolded_by_keyboard(page: Page, shops: Shops) -> None:
    page.goto(address_of("book: fourteen authors", shops))
    last = page.get_by_text(AUTHORS[-1], exact=True)
    expect(last).to_be_hidden()
    tab_to(page.locator("summary"))
    page.keyboard.press("Enter")

    expect(last).to_be_visible()
