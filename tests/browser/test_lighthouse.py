"""Lighthouse's full marks, as on a phone. Those for performance are for `make bench`: they depend on the computer."""

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.lighthouse import look_at
from benchmarks.npm import find_tool
from tests.browser.conftest import Stalls
from tests.browser.states import address_of

FULL = {"accessibility": 100, "best-practices": 100, "seo": 100}


@pytest.mark.parametrize("name", ["home", "category", "book"])
def test_lighthouse_gives_full_marks(stalls: Stalls, name: str) -> None:
    try:
        find_tool("lighthouse")
    except BenchmarkError as error:
        pytest.skip(str(error))

    # Its throttling only makes the waiting longer.
    report = look_at(address_of(name, stalls), tuple(FULL), throttling_method="provided")
    assert report.marks == FULL, report.complaints
