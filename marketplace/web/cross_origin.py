"""Lets scripts of other sites read the API (CORS), if the owner allows their origins."""

from collections.abc import Collection

from flask import Blueprint, Response, request


def register(api: Blueprint, allowed: Collection[str]) -> None:
    """Add the CORS headers to responses for these origins. All requests are simple, so there is no preflight."""

    @api.after_request
    def allow_origin(response: Response) -> Response:
        origin = request.headers.get("Origin", "")
        if "*" in allowed or origin in allowed:
            response.headers["Access-Control-Allow-Origin"] = "*" if "*" in allowed else origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-ID"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if allowed and "*" not in allowed:
            response.vary.add("Origin")
        return response
