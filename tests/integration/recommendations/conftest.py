"""A shop whose shelves the test fills, and the real service in front of it.

Creating a database and starting a service takes longer than most tests. So both live for the whole run, and each test
gets an empty catalogue; a test that breaks them starts its own.
"""

from collections.abc import Iterator

import pytest

from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import DatabaseServer
from tests.support.service import SERVING, Client, database_of, serving
from tests.support.shelves import Shop, open_shop


@pytest.fixture(scope="session")
def standing_database(database_server: DatabaseServer, migrated_template: str) -> Iterator[str]:
    """Give the address of a database that the tests share, one after another."""
    with fresh_database(database_server.url, migrated_template) as url:
        yield url


@pytest.fixture(scope="session")
def standing_service(standing_database: str) -> Iterator[Client]:
    """Give a client of a service on it, which is ready."""
    with serving(database_of(standing_database)) as client:
        client.wait_until(SERVING)
        yield client


@pytest.fixture
def shop(standing_database: str) -> Iterator[Shop]:
    """Give a writer to an empty catalogue."""
    with open_shop(standing_database) as shop:
        shop.clear()
        yield shop


@pytest.fixture
def service(shop: Shop, standing_service: Client) -> Client:
    """Give a client of the service on that catalogue."""
    standing_service.wait_until(SERVING)
    return standing_service
