from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.config import Settings
from tests.support.fake_client import StandIn


def test_the_process_lives_whatever_the_service_does(client: FlaskClient, recommender: StandIn) -> None:
    recommender.ready = False

    assert client.get("/healthz").status_code == 200


def test_is_ready_while_the_service_serves(client: FlaskClient, recommender: StandIn) -> None:
    assert client.get("/readyz").status_code == 200

    recommender.ready = False

    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("host", ["10.0.0.7:5000", "[::1]:5000", "evil.example", "no host at all"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_whatever_the_host_is_called(
    settings: Settings, recommender: StandIn, path: str, host: str
) -> None:
    client = create_app(replace(settings, trusted_hosts=("shop.example",)), recommender).test_client()

    assert client.get(path, headers={"Host": host}).status_code == 200
    assert client.get("/", headers={"Host": host}).status_code == 400
