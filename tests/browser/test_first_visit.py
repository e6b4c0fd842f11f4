"""What a first visit costs, in bytes as they come over the line."""

from collections import Counter
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Stalls
from tests.support.page_states import address_of

MOST_BYTES = 60_000
MOST_REQUESTS = 10
MOST_SCRIPT = 3_000


def visit(page: Page, address: str) -> Counter[str]:
    """Open a page and return how many bytes of each kind (Document, Stylesheet, Script, …) were received for it."""
    kinds: dict[str, str] = {}
    received: Counter[str] = Counter()

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in kinds:  # else it belongs to the page before
            received[kinds[event["requestId"]]] += int(event["encodedDataLength"])

    network = page.context.new_cdp_session(page)
    network.on("Network.requestWillBeSent", lambda event: kinds.update({event["requestId"]: event["type"]}))
    network.on("Network.loadingFinished", finished)
    network.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    received["requests"] = len(kinds)
    return received


def test_first_visit_to_home_is_light(first_page: Page, stalls: Stalls) -> None:
    received = visit(first_page, f"{stalls.built_in.address}/")
    requests = received.pop("requests")
    # Without a window nobody sees the icon, so Chromium leaves it out.
    icon = first_page.locator("link[rel=icon]").evaluate("(link) => link.href")
    with urlopen(Request(icon, headers={"Accept-Encoding": "gzip"})) as answer:
        weight = len(answer.read()) + len(str(answer.headers))

    assert received["Document"] > 1_000
    assert received["Stylesheet"] > 1_000
    assert received.total() + weight <= MOST_BYTES, received
    assert requests + 1 <= MOST_REQUESTS


@pytest.mark.parametrize("name", ["home", "category", "book", "home while the service is away"])
def test_there_is_little_script(first_page: Page, stalls: Stalls, name: str) -> None:
    received = visit(first_page, address_of(name, stalls))

    assert received["Script"] <= MOST_SCRIPT
    assert (received["Script"] > 0) == (name in {"category", "home while the service is away"})


def test_the_next_page_brings_only_itself(first_page: Page, stalls: Stalls) -> None:
    first_page.goto(f"{stalls.built_in.address}/")
    received = visit(first_page, f"{stalls.built_in.address}/categories/mystery")

    assert received["Document"] > 0
    assert received["Stylesheet"] == 0
