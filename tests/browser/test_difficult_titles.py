"""Titles with markup and control characters are shown as text, under the page's own security policy."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shops
from tests.support.odd_catalogues import ARABIC, AUTHORS, DIFFICULT, HEBREW, OVERRIDE


@pytest.mark.parametrize("title", DIFFICULT, ids=lambda title: title[:20].encode("ascii", "replace").decode())
def test_the_book_of_any_title_is_shown(page: Page, shops: Shops, title: str) -> None:
    facts = DIFFICULT[title]
    page.goto(f"{shops.difficult.address}/books/{shops.books[title]}")

    assert page.get_by_role("heading", level=1).text_content() == title
    assert page.locator("main").is_visible()
    assert page.title().endswith("Bookstall")
    assert page.locator("main script, main style, main b").count() == 0
    for text in (facts.get("description"), *facts.get("authors", ())):
        assert not text or text in (page.locator("article").text_content() or "")


def test_any_title_can_be_on_a_shelf(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.difficult.address}/categories/difficult?max_results=20")
    shown = page.locator("main .book__title").evaluate_all("(titles) => titles.map((title) => title.textContent)")

    assert sorted(shown) == sorted(DIFFICULT)


def test_titles_run_in_the_direction_of_their_script(page: Page, shops: Shops) -> None:
    directions = {}
    for title in (ARABIC, HEBREW, "Fourteen Hands"):
        page.goto(f"{shops.difficult.address}/books/{shops.books[title]}")
        heading = page.get_by_role("heading", level=1)
        directions[title] = heading.evaluate("(heading) => [getComputedStyle(heading).direction, heading.lang]")

    assert directions == {ARABIC: ["rtl", "ar"], HEBREW: ["rtl", "he"], "Fourteen Hands": ["ltr", ""]}


def test_titles_on_a_shelf_run_in_the_direction_of_their_script(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.difficult.address}/categories/difficult?max_results=20")
    directions = {}
    for title in (ARABIC, HEBREW, "Fourteen Hands"):
        card = page.locator("main .card").filter(has=page.get_by_text(title, exact=True))
        directions[title] = card.locator(".book__title, .cover__title").evaluate_all(
            "(titles) => titles.map((title) => getComputedStyle(title).direction)"
        )

    assert directions == {ARABIC: ["rtl", "rtl"], HEBREW: ["rtl", "rtl"], "Fourteen Hands": ["ltr", "ltr"]}


def test_an_author_with_a_direction_override_leaves_the_next_one_in_place(page: Page, shops: Shops) -> None:
    for path in ("/categories/difficult?max_results=20", f"/books/{shops.books[OVERRIDE]}"):
        page.goto(f"{shops.difficult.address}{path}")
        first, second = (
            page.locator(f"main :is(.book__authors, .detail__authors) bdi:text-is('{name}')").bounding_box()
            for name in ("\u202eAuthor", "Second")
        )

        assert first
        assert second
        assert first["x"] < second["x"]


def test_titles_on_a_shelf_have_the_language_of_their_book(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.difficult.address}/categories/difficult?max_results=20")
    shown = page.locator("main .card").evaluate_all(
        "(cards) => cards.map((card) => [...card.querySelectorAll('.book__title, .cover')].map(({ lang }) => lang))"
    )
    titles = page.locator("main .card .book__title").all_text_contents()

    languages = {title: facts.get("language", "") for title, facts in DIFFICULT.items()}
    assert dict(zip(titles, shown, strict=True)) == {title: [tag, tag] for title, tag in languages.items()}


def test_all_fourteen_authors_can_be_read(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.difficult.address}/books/{shops.books['Fourteen Hands']}")
    summary = page.locator("summary")
    if summary.count():
        summary.click()

    for author in AUTHORS:
        expect(page.locator("article").get_by_text(author, exact=True).last).to_be_visible()


@pytest.mark.parametrize(
    ("title", "year"),
    [("Before the Common Era", "800 BC"), ("Of the First Century", "AD 77"), ("Fourteen Hands", "2001")],
)
def test_years_are_written_as_readers_write_them(page: Page, shops: Shops, title: str, year: str) -> None:
    page.goto(f"{shops.difficult.address}/books/{shops.books[title]}")

    expect(page.get_by_role("definition").get_by_text(year, exact=True)).to_be_visible()
