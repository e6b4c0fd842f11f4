from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.config import Settings
from tests.support.fake_client import FakeClient


def test_liveness_does_not_depend_on_the_service(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.ready = False

    assert client.get("/healthz").status_code == 200


def test_is_ready_while_the_service_serves(client: FlaskClient, recommendations_client: FakeClient) -> None:
    assert client.get("/readyz").status_code == 200

    recommendations_client.ready = False

    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("host", ["10.0.0.7:5000", "[::1]:5000", "evil.example", "no host at all"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_checks_accept_any_host(
    settings: Settings, recommendations_client: FakeClient, path: str, host: str
) -> None:
    client = create_app(replace(settings, trusted_hosts=("shop.example",)), recommendations_client).test_client()

    assert client.get(path, headers={"Host": host}).status_code == 200
    assert client.get("/", headers={"Host": host}).status_code == 400
