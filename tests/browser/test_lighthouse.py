"""Lighthouse's scores, as on a phone. Those for performance are for `make bench`: they depend on the computer."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.conftest import Shops, do_without
from tests.support.errors import ToolError
from tests.support.lighthouse import Report, audit
from tests.support.npm import find_tool
from tests.support.page_states import address_of

FULL = {"accessibility": 100, "best-practices": 100, "seo": 100}


PAGES = ("home", "category", "book")

pytestmark = pytest.mark.time_limit(180, reason="starts the shops and runs Lighthouse three times")


@pytest.fixture(scope="module")
def reports(shops: Shops) -> dict[str, Report]:
    """Audit all pages at the same time: Lighthouse mostly waits until the network is idle."""
    try:
        find_tool("lighthouse")
    except ToolError as error:
        do_without(error)
    with ThreadPoolExecutor() as threads:
        audits = {name: threads.submit(audit_page, address_of(name, shops)) for name in PAGES}
        return {name: each.result() for name, each in audits.items()}


def audit_page(address: str) -> Report:
    # No audit reads the screenshot.
    return audit(address, tuple(FULL), disable_full_page_screenshot="true")


@pytest.mark.parametrize("name", PAGES)
def test_lighthouse_gives_full_scores(reports: dict[str, Report], name: str) -> None:
    assert reports[name].scores == FULL, reports[name].complaints
