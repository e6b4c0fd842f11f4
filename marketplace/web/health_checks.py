"""Liveness and readiness endpoints."""

from flask import Blueprint, Response

from marketplace.web.request_context import deadline, recommendations_client

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    """Report liveness, without calling the recommendations service."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def readyz() -> Response:
    """Report readiness: 200 if the recommendations service reports SERVING, else 503."""
    if recommendations_client().is_ready(deadline()):
        return Response("ok\n", mimetype="text/plain")
    return Response("the recommendations service is not ready\n", status=503, mimetype="text/plain")
