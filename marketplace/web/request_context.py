"""What every request brings to its view: the application's recommendations_client, and the time it may take."""

from typing import cast

from flask import Flask, current_app, g

from marketplace.client.deadline import Deadline
from marketplace.client.recommendations_client import RecommendationsClient

PAGE_TIMEOUT_S = 2.0


def prepare(app: Flask, recommendations_client: RecommendationsClient) -> None:
    """Give every request to the application this client, and a deadline that runs from its beginning."""
    app.extensions["recommendations_client"] = recommendations_client

    @app.before_request
    def start_deadline() -> None:
        g.deadline = Deadline(PAGE_TIMEOUT_S)


def recommendations_client() -> RecommendationsClient:
    """Return the recommendations_client that the application was made with."""
    return cast("RecommendationsClient", current_app.extensions["recommendations_client"])


def deadline() -> Deadline:
    """Return what is left of the time that this request may take, 2 seconds at its beginning."""
    return cast("Deadline", g.deadline)
