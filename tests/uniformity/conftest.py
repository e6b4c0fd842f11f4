"""A shop of its own for each test, and the service's drawing code on it."""

from collections.abc import Iterator

import pytest

from tests.support.drawing import Drawer, drawing
from tests.support.service import database_of
from tests.support.shelves import Shop, open_shop

SEED = 20_261_123


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give a writer to an empty catalogue."""
    with open_shop(database_url) as shop:
        yield shop


@pytest.fixture
def drawer(database_url: str) -> Iterator[Drawer]:
    """Give a `Drawer` on that catalogue with fixed seeds."""
    with drawing(database_of(database_url), SEED) as drawer:
        yield drawer
