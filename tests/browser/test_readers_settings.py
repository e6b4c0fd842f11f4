"""Pages as readers set them: on paper, with large text, in their own colours, in their own script."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import PHONE, Shops
from tests.support.page_states import address_of

PAPER = ViewportSize(width=718, height=1_047)  # A4 with margins of 1 cm, at 96 pixels an inch
VISIBLE_BUTTONS = "() => [...document.querySelectorAll('.button, nav')].filter((each) => each.checkVisibility()).length"
CUT_OFF = """() => [...document.querySelectorAll(".cover, .book__title, .book__authors, h1, h2, h3, p, dd")]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth)
    .map((each) => each.textContent)"""
OVERFLOW = """() => [
    document.scrollingElement.scrollWidth - innerWidth,
    ...[...document.querySelectorAll(".facts, .facts *, .masthead *, .footer *")]
        .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth)
        .map((each) => each.outerHTML),
]"""
FIGURES = """() => [...document.querySelectorAll("body *")]
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && /[0-9]/.test(node.data)))
    .filter((each) => !getComputedStyle(each).fontVariantNumeric.includes("lining-nums"))
    .map((each) => each.outerHTML)"""
BASELINES = """() => [...document.querySelectorAll(".footer p, .footer__links a")].map((each) => {
    const mark = document.createElement("span");
    mark.style.display = "inline-block";
    each.prepend(mark);
    const {bottom} = mark.getBoundingClientRect();
    mark.remove();
    return Math.round(bottom);
})"""


@pytest.fixture(params=[24, 32], ids=["150 %", "200 %"])
def text_size(request: pytest.FixtureRequest) -> int:
    """Give another size of text, in pixels, than the usual 16 of a browser's settings."""
    size: int = request.param
    return size


@pytest.mark.parametrize("name", ["home", "category, fifty books", "book", "book: fourteen authors", "unknown page"])
def test_on_paper_nothing_is_cut_off_and_there_are_no_buttons(page: Page, shops: Shops, name: str) -> None:
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(address_of(name, shops))

    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(VISIBLE_BUTTONS) == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"


def test_on_a_screen_of_1024_pixels_the_masthead_is_one_line(page: Page, shops: Shops) -> None:
    page.set_viewport_size(ViewportSize(width=1_024, height=768))
    page.goto(address_of("category", shops))
    middles = page.locator(".masthead__inner > *").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect()).map(({top, bottom}) => (top + bottom) / 2)"
    )

    assert len(middles) == 3
    assert max(middles) - min(middles) <= 2


@pytest.mark.parametrize("name", ["home", "category"])
def test_on_a_phone_authors_on_covers_can_be_read(page: Page, shops: Shops, name: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address_of(name, shops))
    sizes = page.locator(".cover__author, .cover__title").evaluate_all(
        "(all) => all.map((each) => parseFloat(getComputedStyle(each).fontSize))"
    )

    assert min(sizes) >= 11


@pytest.mark.parametrize("name", ["home", "category", "book", "book: Hebrew, BC", "categories"])
def test_large_text_neither_overflows_nor_scrolls_sideways(page: Page, shops: Shops, name: str, text_size: int) -> None:
    settings = page.context.new_cdp_session(page)
    settings.send("Page.setFontSizes", {"fontSizes": {"standard": text_size}})
    page.set_viewport_size(ViewportSize(width=360, height=900))
    page.goto(address_of(name, shops))
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == text_size
    for width in (360, 768, 1280):
        page.set_viewport_size(ViewportSize(width=width, height=900))
        overflow, *elements = page.evaluate(OVERFLOW)
        assert overflow <= 0, width
        assert elements == [], width


def test_the_footers_links_stand_on_the_baseline_of_its_text(page: Page, shops: Shops) -> None:
    page.goto(address_of("home", shops))
    baselines = page.evaluate(BASELINES)

    assert len(baselines) == 2
    assert len(set(baselines)) == 1, baselines


@pytest.mark.parametrize("name", ["home", "category, fifty books", "book", "categories", "thousands of categories"])
def test_all_figures_are_lining_ones(page: Page, shops: Shops, name: str) -> None:
    page.goto(address_of(name, shops))

    assert page.evaluate(FIGURES) == []


def test_with_forced_colours_covers_and_buttons_have_borders(page: Page, shops: Shops) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(address_of("home", shops))
    for part in (".cover", ".button", ".featured__book"):
        style = page.locator(part).first.evaluate(
            "(each) => [getComputedStyle(each).borderTopStyle, getComputedStyle(each).borderTopWidth]"
        )
        assert style == ["solid", "1px"], part
    expect(page.locator(".cover__title").first).to_be_visible()
    assert page.locator(".cover").first.evaluate("(each) => getComputedStyle(each, '::before').display") == "none"


@pytest.mark.parametrize("name", ["book: Hebrew, BC", "book: Arabic"])
def test_right_to_left_text_begins_at_the_right(page: Page, shops: Shops, name: str) -> None:
    page.goto(address_of(name, shops))
    for part in page.locator("article :is(h1, .cover__title, .detail__description, .detail__authors)").all():
        style = part.evaluate("(each) => [getComputedStyle(each).direction, getComputedStyle(each).textAlign]")
        assert style == ["rtl", "start"], part


@pytest.mark.parametrize(
    "name",
    ["home while the service is away", "unknown page", "home of a bad link", "home without books", "empty category"],
)
def test_a_notice_has_one_primary_button_at_most(page: Page, shops: Shops, name: str) -> None:
    page.goto(address_of(name, shops))
    primary = page.locator(".button:not(.button--quiet)").all_inner_texts()

    assert len(primary) <= 1, primary
