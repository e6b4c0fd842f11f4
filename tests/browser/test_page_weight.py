"""Bytes on the wire and requests of the first page load, without a cache."""

from collections import Counter
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Shops
from tests.support.page_states import address_of

MAX_BYTES = 60_000
MAX_REQUESTS = 10
MAX_SCRIPT_BYTES = 3_000


def open_page(page: Page, address: str) -> Counter[str]:
    """Open a page and return how many bytes of each kind (Document, Stylesheet, Script, …) were received for it."""
    kinds: dict[str, str] = {}
    received: Counter[str] = Counter()

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in kinds:  # otherwise it belongs to the previous page
            received[kinds[event["requestId"]]] += int(event["encodedDataLength"])

    network = page.context.new_cdp_session(page)
    network.on("Network.requestWillBeSent", lambda event: kinds.update({event["requestId"]: event["type"]}))
    network.on("Network.loadingFinished", finished)
    network.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    received["requests"] = len(kinds)
    return received


def test_the_first_load_of_the_home_page_is_small(first_page: Page, shops: Shops) -> None:
    received = open_page(first_page, f"{shops.built_in.address}/")
    requests = received.pop("requests")
    # Headless Chromium does not fetch the icon, so fetch it here.
    icon = first_page.locator("link[rel=icon]").evaluate("(link) => link.href")
    with urlopen(Request(icon, headers={"Accept-Encoding": "gzip"})) as answer:
        weight = len(answer.read()) + len(str(answer.headers))

    assert received["Document"] > 1_000
    assert received["Stylesheet"] > 1_000
    assert received.total() + weight <= MAX_BYTES, received
    assert requests + 1 <= MAX_REQUESTS


@pytest.mark.parametrize("name", ["home", "category", "book", "home while the service is away"])
def test_there_is_little_script(first_page: Page, shops: Shops, name: str) -> None:
    received = open_page(first_page, address_of(name, shops))

    assert received["Script"] <= MAX_SCRIPT_BYTES
    assert (received["Script"] > 0) == (name in {"category", "home while the service is away"})


def test_the_next_page_loads_nothing_but_itself(first_page: Page, shops: Shops) -> None:
    first_page.goto(f"{shops.built_in.address}/")
    received = open_page(first_page, f"{shops.built_in.address}/categories/mystery")

    assert received["Document"] > 0
    assert received["Stylesheet"] == 0
