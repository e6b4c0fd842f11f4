"""The stall without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Stalls
from tests.browser.reading import books_on
from tests.browser.states import address_of

FOCUSABLE = "a[href], button, input, select, summary, [tabindex]"

# Where the focus is (its number in the order of the page), and what cannot be seen of it: its outline or itself.
LOOK_AT_FOCUS = """(focusable) => {
    const focused = document.activeElement;
    const style = getComputedStyle(focused);
    const box = focused.getClientRects()[0];
    const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1), y = box.y + box.height / 2;
    const there = document.elementFromPoint(x, y);
    const troubles = [];
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) troubles.push("no outline");
    if (!there || !(focused.contains(there) || there.contains(focused))) troubles.push("hidden");
    return [[...document.querySelectorAll(focusable)].indexOf(focused), troubles];
}"""


@pytest.mark.parametrize("name", ["home", "category", "home while the service is away"])
def test_tab_goes_through_everything_in_order_and_shows_where_it_is(page: Page, stalls: Stalls, name: str) -> None:
    page.goto(address_of(name, stalls))
    count = min(page.locator(FOCUSABLE).count(), 30)
    walked = []
    for _ in range(count):
        page.keyboard.press("Tab")
        place, troubles = page.evaluate(LOOK_AT_FOCUS, FOCUSABLE)
        walked.append(place)
        assert not troubles, f"{troubles} at the focusable thing number {place}"

    assert count > 5
    assert walked == list(range(count))


def test_the_first_tab_leads_past_the_masthead(page: Page, stalls: Stalls) -> None:
    page.goto(f"{stalls.built_in.address}/categories/mystery")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the books")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("main :focus")).to_be_in_viewport()


def test_a_book_is_opened_by_keyboard(page: Page, stalls: Stalls) -> None:
    page.goto(f"{stalls.built_in.address}/categories/mystery")
    books = books_on(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == books[0]:
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == stalls.built_in.address + books[0]
