"""Per-request context: the recommendations client, the deadline, and the shop as its owner has set it up."""

from typing import cast

from flask import Flask, current_app, g

from marketplace.branding.shop import Shop
from marketplace.client.deadline import Deadline
from marketplace.client.recommendations_client import RecommendationsClient

PAGE_TIMEOUT_S = 2.0


def register(app: Flask, recommendations_client: RecommendationsClient) -> None:
    """Give each request this client and a deadline of 2 seconds from its start."""
    app.extensions["recommendations_client"] = recommendations_client

    @app.before_request
    def start_deadline() -> None:
        g.deadline = Deadline(PAGE_TIMEOUT_S)


def recommendations_client() -> RecommendationsClient:
    """Return the application's client of the recommendations service."""
    return cast("RecommendationsClient", current_app.extensions["recommendations_client"])


def shop() -> Shop:
    """Return the shop as its owner has set it up."""
    return cast("Shop", current_app.extensions["shop"])


def deadline() -> Deadline:
    """Return the deadline of the current request."""
    return cast("Deadline", g.deadline)
