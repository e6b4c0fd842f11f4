"""What holds on every page and in every state: on a small screen, enlarged, on a slow line, for a validator."""

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from benchmarks.errors import BenchmarkError
from benchmarks.npm import find_tool
from tests.browser.conftest import DESK, Stalls
from tests.browser.reading import source
from tests.browser.states import NAMES, address_of

PHONE = ViewportSize(width=320, height=640)
ENLARGED = ViewportSize(width=320, height=256)  # a screen of 1280 by 1024 pixels at 400 %
RULES = {
    "root": True,
    "extends": ["html-validate:recommended"],
    "rules": {
        "doctype-style": "off",  # the standard takes both; ours is in lower case
        "long-title": "off",  # a matter of taste, and books' titles are as long as they are
        "no-redundant-role": "off",  # Safari takes a list without bullets for none unless it has the role
    },
}

# What is wider than its screen, and not inside something that is scrolled on its own.
OVERFLOW = "() => document.scrollingElement.scrollWidth - window.innerWidth"
# Slow enough that pages are painted while they are still coming.
SLOW = {"offline": False, "latency": 0, "downloadThroughput": 40_000, "uploadThroughput": 40_000}
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_a_small_phone(page: Page, stalls: Stalls, name: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address_of(name, stalls))

    assert page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["home", "category", "book", "home while the service is away"])
def test_nothing_moves_while_a_page_is_loaded(page: Page, stalls: Stalls, name: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    network = page.context.new_cdp_session(page)
    network.send("Network.emulateNetworkConditions", SLOW)
    page.goto(address_of(name, stalls))
    page.evaluate(TWO_FRAMES)

    assert page.evaluate("window.shifts") == []


@pytest.mark.parametrize("name", ["category with difficult titles", "book: 958 characters"])
def test_enlarged_four_times_all_can_be_read_and_reached(browser: Browser, stalls: Stalls, name: str) -> None:
    context = browser.new_context(viewport=ENLARGED, device_scale_factor=4)
    page = context.new_page()
    page.goto(address_of(name, stalls))

    assert page.evaluate(OVERFLOW) <= 0
    for link in page.get_by_role("link").all():
        link.focus()
        expect(link).to_be_in_viewport()
    context.close()


def test_every_page_is_valid_html(stalls: Stalls, tmp_path: Path) -> None:
    try:
        validator = find_tool("html-validate")
    except BenchmarkError as error:
        pytest.skip(str(error))
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps(RULES))
    for name in NAMES:
        (tmp_path / f"{name}.html").write_text(source(address_of(name, stalls)))

    command = [str(validator), f"--config={rules}", "--formatter=text", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
