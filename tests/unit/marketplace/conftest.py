"""The application in front of a stand-in for the recommendations service."""

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.config import Settings
from tests.unit.marketplace.stand_in import StandIn


@pytest.fixture
def recommender() -> StandIn:
    return StandIn()


@pytest.fixture
def settings() -> Settings:
    return Settings("nowhere.invalid:1", "127.0.0.1", 5000, workers=1, threads=1, trusted_hosts=())


@pytest.fixture
def client(settings: Settings, recommender: StandIn) -> FlaskClient:
    return create_app(settings, recommender).test_client()
