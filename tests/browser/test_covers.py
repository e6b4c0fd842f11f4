"""Covers: every book has a drawn one; a picture from an allowed host lies over it."""

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from quickstart.devdb.temporary_database import fresh_database
from tests.browser.conftest import DESK, Shops
from tests.conftest import DatabaseServer
from tests.support.page_text import WCAG
from tests.support.shelves import WHOLE_CATALOGUE_ID, open_shop
from tests.support.whole_shop import RunningShop, run_shop, until_ready

HOST = "covers.example"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="300" viewBox="0 0 20 30">'
    '<path fill="red" d="M0 0h20v30H0z"/></svg>'
)
RISING = """(cover) => {
    const {translate, transitionDuration} = getComputedStyle(cover);
    return [cover.matches(":hover"), translate, transitionDuration];
}"""
COVERS = {
    "Comes": f"https://{HOST}/comes.png",
    "Does Not Come": f"https://{HOST}/lost.png",
    "Is One Pixel": f"https://{HOST}/pixel.png",
    "From Elsewhere": "https://elsewhere.example/cover.png",
    "Has None": None,
}


@pytest.fixture(scope="module")
def covered(
    chromium: str, database_server: DatabaseServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningShop]:
    """Give a shop that may show pictures of one host."""
    log = tmp_path_factory.mktemp("covered") / "log"
    with (
        fresh_database(database_server.url, migrated_template) as database,
        run_shop(log, database, MARKETPLACE_COVER_HOSTS=HOST) as shop,
    ):
        with open_shop(database) as writer:
            books = [writer.book(title, cover_url=cover) for title, cover in COVERS.items()]
            writer.append(WHOLE_CATALOGUE_ID, books)
            writer.append(writer.category("covers"), books)
        until_ready(shop)
        yield shop


# Some sources send this if they have no picture.
PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><path fill="red" d="M0 0h1v1H0z"/></svg>'
COVERED_SHARE = """(cover) => {
    const image = cover.querySelector("img").getBoundingClientRect(), whole = cover.getBoundingClientRect();
    return image.width * image.height / (whole.width * whole.height);
}"""


def answer_as_the_host(route: Route) -> None:
    if route.request.url == COVERS["Comes"]:
        route.fulfill(body=PICTURE, content_type="image/svg+xml")
    elif route.request.url == COVERS["Is One Pixel"]:
        route.fulfill(body=PIXEL, content_type="image/svg+xml")
    else:
        route.fulfill(status=404)


@pytest.mark.parametrize("path", ["/categories/covers", "/"])
def test_a_picture_is_shown_if_it_loads_and_the_drawn_cover_otherwise(
    browser: Browser, covered: RunningShop, path: str
) -> None:
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        context.route(lambda url: not url.startswith(covered.address), answer_as_the_host)
        page.goto(covered.address + path, wait_until="networkidle")

        assert {title: seen_on_top(page, title) for title in COVERS} == {
            "Comes": "picture",
            "Does Not Come": "drawn",
            "Is One Pixel": "picture",
            "From Elsewhere": "drawn",
            "Has None": "drawn",
        }
        assert {url for url in requested if not url.startswith(covered.address)} == {
            COVERS["Comes"],
            COVERS["Does Not Come"],
            COVERS["Is One Pixel"],
        }


def test_a_picture_that_does_not_load_leaves_no_trace(browser: Browser, covered: RunningShop) -> None:
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        context.route(lambda url: not url.startswith(covered.address), answer_as_the_host)
        page.goto(f"{covered.address}/categories/covers", wait_until="networkidle")
        cover = page.locator("li").filter(has=page.get_by_text("Does Not Come", exact=True)).first.locator(".cover")
        with_it = cover.screenshot()
        cover.locator("img").evaluate("(image) => image.remove()")

        assert cover.screenshot() == with_it


def test_a_picture_fills_its_cover_but_one_of_a_pixel_does_not_hide_the_drawn_one(
    browser: Browser, covered: RunningShop
) -> None:
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        context.route(lambda url: not url.startswith(covered.address), answer_as_the_host)
        page.goto(f"{covered.address}/categories/covers", wait_until="networkidle")
        shares = {}
        for title in ("Comes", "Is One Pixel"):
            card = page.locator("li").filter(has=page.get_by_text(title, exact=True)).first
            shares[title] = card.locator(".cover").evaluate(COVERED_SHARE)

    assert shares["Comes"] > 0.99
    assert shares["Is One Pixel"] < 0.01


def test_axe_reports_nothing_where_a_picture_lies_on_a_cover(browser: Browser, covered: RunningShop) -> None:
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        context.route(lambda url: not url.startswith(covered.address), answer_as_the_host)
        page.goto(f"{covered.address}/categories/covers", wait_until="networkidle")
        results = Axe().run(page, options=WCAG)

        assert page.locator(".cover img").count() == 3
        assert not results.violations_count, results.generate_report()


def seen_on_top(page: Page, title: str) -> str:
    """Return which cover of a book is visible: the picture or the drawn one."""
    card = page.locator("li").filter(has=page.get_by_text(title, exact=True)).first
    picture = card.locator("img")
    if picture.count() and picture.evaluate("(image) => image.complete && image.naturalWidth > 0"):
        return "picture" if picture.is_visible() else "hidden"
    return "drawn" if card.locator(".cover__title").is_visible() else "nothing"


def test_every_book_has_a_cover_with_its_title_and_reads_it_aloud_once(page: Page, shops: Shops) -> None:
    page.goto(f"{shops.built_in.address}/categories/mystery")
    link = page.locator("main a[href^='/books/']").first
    title = link.locator(".book__title").inner_text()

    assert page.locator(".cover").count() == page.locator(".book").count() == 10
    assert link.locator(".cover__title").text_content() == title
    assert link.aria_snapshot().count(title) == 1


def test_covers_are_as_wide_on_a_shelf_of_one_book_as_on_any_other(page: Page, shops: Shops) -> None:
    # With equal widths, covers also stay in place while the rest of their shelf is loading. Beside a large book there
    # is less room.
    page.goto(f"{shops.difficult.address}/")
    shelves = page.locator("main .shelf:not(.featured) .books").evaluate_all(
        "(shelves) => shelves.map((shelf) => [...shelf.querySelectorAll('.cover')].map((cover) => cover.offsetWidth))"
    )

    assert {1, 6} <= {len(shelf) for shelf in shelves}
    assert len({width for shelf in shelves for width in shelf}) == 1


@pytest.mark.parametrize(("motion", "jumps"), [("reduce", False), ("no-preference", True)])
def test_a_cover_rises_under_the_mouse_unless_reduced_motion_is_preferred(
    page: Page, shops: Shops, motion: Literal["reduce", "no-preference"], *, jumps: bool
) -> None:
    page.emulate_media(reduced_motion=motion)
    page.goto(f"{shops.built_in.address}/categories/mystery")
    book = page.locator(".book").first
    book.hover()
    below_the_mouse, moves, lasts = book.locator(".cover").evaluate(RISING)

    assert below_the_mouse
    assert (moves != "none") is jumps
    assert (lasts != "0s") is jumps
