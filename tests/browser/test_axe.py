"""Barriers that axe finds, on every page and in every state."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Stalls
from tests.browser.states import NAMES, address_of

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# In the dark nothing but colours is another.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
NIGHT = "rgb(25, 21, 18)"


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_in_light_and_dark(page: Page, stalls: Stalls, name: str) -> None:
    page.goto(address_of(name, stalls))
    page.emulate_media(color_scheme="light")
    light = Axe().run(page, options=WCAG)
    page.emulate_media(color_scheme="dark")
    dark = Axe().run(page, options=COLOURS)

    assert not light.violations_count, light.generate_report()
    assert not dark.violations_count, dark.generate_report()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == NIGHT
