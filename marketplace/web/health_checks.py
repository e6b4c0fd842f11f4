"""Whether this process lives, and whether it can serve: for whoever runs it."""

from flask import Blueprint, Response

from marketplace.web.request_context import deadline, recommendations_client

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    """Say that the process lives; it asks nobody."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def readyz() -> Response:
    """Say whether the recommendations service answers that it serves: status 200, or 503."""
    if recommendations_client().is_ready(deadline()):
        return Response("ok\n", mimetype="text/plain")
    return Response("the recommendations service is not ready\n", status=503, mimetype="text/plain")
