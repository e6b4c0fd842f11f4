from flask.testing import FlaskClient

from tests.unit.marketplace.stand_in import StandIn


def test_the_process_lives_whatever_the_service_does(client: FlaskClient, recommender: StandIn) -> None:
    recommender.ready = False

    assert client.get("/healthz").status_code == 200


def test_is_ready_while_the_service_serves(client: FlaskClient, recommender: StandIn) -> None:
    assert client.get("/readyz").status_code == 200

    recommender.ready = False

    assert client.get("/readyz").status_code == 503
