"""Per-request context: the recommendations client, the deadline, and the shop's branding."""

from typing import cast

from flask import Flask, current_app, request

from marketplace.branding.shop import Shop
from marketplace.client.deadline import Deadline
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.web.admission import DEADLINE_KEY


def register(app: Flask, recommendations_client: RecommendationsClient) -> None:
    """Make this client available to all requests."""
    app.extensions["recommendations_client"] = recommendations_client


def recommendations_client() -> RecommendationsClient:
    """Return the application's client of the recommendations service."""
    return cast("RecommendationsClient", current_app.extensions["recommendations_client"])


def shop() -> Shop:
    """Return the shop's branding."""
    return cast("Shop", current_app.extensions["shop"])


def deadline() -> Deadline:
    """Return the deadline of the current request, 2 seconds after its arrival."""
    return cast("Deadline", request.environ[DEADLINE_KEY])
