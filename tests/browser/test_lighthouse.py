"""Lighthouse's full marks, as on a phone. Those for performance are for `make bench`: they depend on the computer."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.lighthouse import Report, look_at
from tests.browser.conftest import Stalls, do_without
from tests.support.npm import find_tool
from tests.support.page_states import address_of

FULL = {"accessibility": 100, "best-practices": 100, "seo": 100}


PAGES = ("home", "category", "book")


@pytest.fixture(scope="module")
def reports(stalls: Stalls) -> dict[str, Report]:
    """Let it look at all pages at the same time: mostly it waits, to be sure that nothing more comes."""
    try:
        find_tool("lighthouse")
    except BenchmarkError as error:
        do_without(error)
    with ThreadPoolExecutor() as threads:
        looking = {name: threads.submit(look_at_marks, address_of(name, stalls)) for name in PAGES}
        return {name: each.result() for name, each in looking.items()}


def look_at_marks(address: str) -> Report:
    # Its throttling would only make the waiting longer.
    return look_at(address, tuple(FULL), throttling_method="provided")


@pytest.mark.parametrize("name", PAGES)
def test_lighthouse_gives_full_marks(reports: dict[str, Report], name: str) -> None:
    assert reports[name].marks == FULL, reports[name].complaints
