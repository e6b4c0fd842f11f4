"""Checks of every page in every state: small screen, zoom, slow network, axe and an HTML validator."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.conftest import DESK, PHONE, Shops, complaints_about, do_without, watched
from tests.support.errors import ToolError
from tests.support.npm import find_tool
from tests.support.page_states import NAMES, address_of
from tests.support.page_text import WCAG, source

ENLARGED = ViewportSize(width=320, height=256)  # a screen of 1280 by 1024 pixels at 400 %
RULES = {
    "root": True,
    "extends": ["html-validate:recommended"],
    "rules": {
        "doctype-style": "off",  # the standard allows both cases; ours is lower
        "long-title": "off",  # a matter of taste, and books' titles are as long as they are
    },
}

# In the dark, only colours differ; on a phone, only distances.
COLOURS_AND_PLACES = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block", "target-size"]}}
NIGHT = "rgb(25, 21, 18)"
WIDTHS = (320, 360, 768)

# By how much the page is wider than the screen; a part that scrolls by itself does not count.
OVERFLOW = "() => document.scrollingElement.scrollWidth - window.innerWidth"
# Links that stay outside the window when they get the focus, and text that is cut off.
OUT_OF_SIGHT = """() => {
    const lost = [];
    for (const link of document.querySelectorAll("a[href], summary")) {
        link.focus();
        const {left, right, top, bottom} = link.getBoundingClientRect();
        if (right <= 0 || bottom <= 0 || left >= innerWidth || top >= innerHeight) lost.push(link.outerHTML);
    }
    for (const text of document.querySelectorAll("h1:not(.hidden), h2, p, dd, .categories li")) {
        if (text.scrollWidth > text.clientWidth + 1 || text.getBoundingClientRect().right > innerWidth + 1)
            lost.push(text.outerHTML);
    }
    return lost;
}"""
# Slow enough that pages are painted while they are still loading.
SLOW = {"offline": False, "latency": 0, "downloadThroughput": 40_000, "uploadThroughput": 40_000}
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module", params=NAMES)
def opened(shopper: BrowserContext, shops: Shops, request: pytest.FixtureRequest) -> Iterator[tuple[Page, list[str]]]:
    """Load a page in each state once for all its tests; give it with the complaints about it."""
    with shopper.new_page() as page:
        complaints = complaints_about(page)
        page.goto(address_of(request.param, shops))
        yield page, complaints


# The assertion is not in `opened`, because pytest would report it in the first test of the next state.
@pytest.fixture
def state(opened: tuple[Page, list[str]]) -> Iterator[Page]:
    """Give a page in each state; the tests of a state run in their order in this file."""
    page, complaints = opened
    yield page
    assert not complaints


def test_nothing_is_wider_than_its_screen(state: Page) -> None:
    too_wide = {}
    for width in WIDTHS:
        state.set_viewport_size(ViewportSize(width=width, height=640))
        too_wide[width] = state.evaluate(OVERFLOW)

    assert max(too_wide.values()) <= 0, too_wide


def test_axe_finds_nothing_on_a_light_desktop_and_a_dark_phone(state: Page) -> None:
    for folded in state.locator("summary").all():
        folded.click()
    state.set_viewport_size(DESK)
    state.emulate_media(color_scheme="light")
    light = Axe().run(state, options=WCAG)
    state.emulate_media(color_scheme="dark")
    state.set_viewport_size(PHONE)
    dark = AxeResults(state.evaluate("(options) => axe.run(options)", COLOURS_AND_PLACES))

    assert not light.violations_count, light.generate_report()
    assert not dark.violations_count, dark.generate_report()
    assert state.evaluate("getComputedStyle(document.body).backgroundColor") == NIGHT


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["home", "category", "book", "home while the service is away"])
def test_nothing_moves_while_a_page_is_loaded(page: Page, shops: Shops, name: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    network = page.context.new_cdp_session(page)
    network.send("Network.emulateNetworkConditions", SLOW)
    page.goto(address_of(name, shops))
    page.evaluate(TWO_FRAMES)

    assert page.evaluate("window.shifts") == []


@pytest.mark.parametrize(
    "name",
    [
        "home with difficult titles and thousands of shelves",
        "home while the service is away",
        "more of thousands of categories",
        "category with difficult titles",
        "category with an unbroken name",
        "book: 958 characters",
        "book: one endless word",
    ],
)
def test_everything_can_be_read_and_reached_at_400_percent(browser: Browser, shops: Shops, name: str) -> None:
    with browser.new_context(viewport=ENLARGED, device_scale_factor=4) as context, watched(context) as page:
        page.goto(address_of(name, shops))

        assert page.evaluate(OVERFLOW) <= 0
        assert page.evaluate(OUT_OF_SIGHT) == []


def test_every_page_is_valid_html(shops: Shops, tmp_path: Path) -> None:
    try:
        validator = find_tool("html-validate")
    except ToolError as error:
        do_without(error)
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps(RULES))
    for name in NAMES:
        (tmp_path / f"{name}.html").write_text(source(address_of(name, shops)))

    command = [str(validator), f"--config={rules}", "--formatter=text", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
