"""Navigation: from a shelf to its category, to more shelves, to every category, to a book."""

import html
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shops
from tests.support.odd_catalogues import FILLED, MANY
from tests.support.page_text import books_on, count_in, follow, source


def test_the_masthead_says_in_one_line_what_this_is(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/")
    line = page.get_by_role("banner").get_by_text("Books to rummage through, freshly shuffled.")
    lines = "(text) => text.offsetHeight / parseFloat(getComputedStyle(text).lineHeight)"

    expect(line).to_be_visible()
    assert round(line.evaluate(lines)) == 1


@pytest.mark.parametrize("place", [1, 2], ids=["a shelf", "the shelf with one book large"])
def test_all_of_a_shelf_leads_to_its_category(page: Page, shops: Shops, place: int) -> None:
    page.goto(f"{shops.built_in.address}/")
    shelf = page.locator("main section").nth(place)
    heading = shelf.get_by_role("heading", level=2).inner_text()
    name = heading.removeprefix("A book from ")
    assert (name == heading) is (place == 1)
    link = shelf.get_by_role("link", name=re.compile(rf"^all of {re.escape(name)} \([0-9,]+\)$", re.IGNORECASE))
    promised = count_in(link.inner_text())
    follow(link)

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert count_in(page.get_by_text("books on this shelf").inner_text()) == promised


def test_more_shelves_leads_to_other_shelves(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/")
    headings = page.locator("main section h2")
    first = headings.all_inner_texts()
    follow(page.get_by_role("link", name="More shelves"))

    assert len(first) == 12
    assert headings.count()
    assert not set(first) & set(headings.all_inner_texts())


def test_surprise_me_lands_on_a_book(page: Page, shops: Shops) -> None:
    met = set()
    for _ in range(4):
        page.goto(f"{shops.built_in.address}/categories")
        follow(page.get_by_role("link", name="Surprise me").first)
        assert re.search("/books/[0-9]+$", page.url)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        met.add(page.url)

    assert len(met) > 1  # the same one of hundreds of books four times: once in many million runs


def test_on_the_same_shelf_never_shows_the_book_itself(page: Page, shops: Shops) -> None:
    # The shelf has three books: a draw that did not exclude this one would show it every time.
    address = f"/books/{shops.books['Of the First Century']}"
    page.goto(f"{shops.difficult.address}{address}")
    beside = page.locator("main section").filter(has=page.get_by_role("heading", name="On the same shelf"))

    expect(beside).to_be_visible()
    assert len(books_on(page)) >= 2
    assert address not in books_on(page)


def test_a_books_categories_lead_to_their_shelves(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.difficult.address}/books/{shops.books['?']}")
    follow(page.get_by_role("link", name="A shelf of three").first)

    expect(page.get_by_role("heading", level=1)).to_have_text("A shelf of three")
    assert len(books_on(page)) == 3


def test_home_leads_to_a_list_of_all_categories(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/")
    follow(page.get_by_role("navigation").get_by_role("link", name="Categories").first)
    follow(page.locator("main").get_by_role("link", name=re.compile("^Poetry")))

    expect(page.get_by_role("heading", level=1)).to_have_text("Poetry")
    assert len(books_on(page)) == 10


def test_any_letter_of_five_thousand_categories_is_one_click_away(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.difficult.address}/categories")
    letters = page.get_by_role("navigation", name="By first letter")
    assert letters.get_by_role("link").all_inner_texts() == ["0–9", *"ABCDEF", "ق"]
    follow(letters.get_by_role("link", name="F", exact=True))

    listed = page.locator("main .categories [dir]").all_inner_texts()
    assert all(name[0] in "Ffق" for name in listed)
    assert len(listed) > 100
    letters.get_by_role("link", name="ق", exact=True).click()
    expect(page.get_by_role("heading", name="ق")).to_be_in_viewport()


def test_every_one_of_five_thousand_categories_can_be_found(shops: Shops) -> None:
    address, seen = f"{shops.difficult.address}/categories", list[str]()
    while address:
        text = source(address)
        seen += re.findall(r'href="/categories/([a-z0-9-]+)"', text)
        following = re.search(r'href="([^"]+)">More categories</a>', text)
        address = f"{shops.difficult.address}{html.unescape(following[1])}" if following else ""

    assert len(seen) == len(set(seen)) == MANY + FILLED
