"""Barriers that axe finds, on every page and in every state."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Shops
from tests.support.page_states import NAMES, address_of
from tests.support.page_text import WCAG

# In the dark nothing but colours is another, on a phone nothing but how near to each other things are.
COLOURS_AND_PLACES = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block", "target-size"]}}
NIGHT = "rgb(25, 21, 18)"


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_in_light_at_a_desk_and_in_the_dark_on_a_phone(page: Page, shops: Shops, name: str) -> None:
    page.goto(address_of(name, shops))
    for folded in page.locator("summary").all():
        folded.click()
    page.emulate_media(color_scheme="light")
    light = Axe().run(page, options=WCAG)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    dark = Axe().run(page, options=COLOURS_AND_PLACES)

    assert not light.violations_count, light.generate_report()
    assert not dark.violations_count, dark.generate_report()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == NIGHT
