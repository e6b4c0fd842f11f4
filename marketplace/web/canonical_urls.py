"""Redirects URLs with extra slashes or capital letters to the canonical ones."""

import re
from http import HTTPStatus
from urllib.parse import quote

from flask import Flask, current_app, redirect, request
from werkzeug.wrappers import Response

_EXACT = "/authors/"


def register(app: Flask) -> None:
    """Redirect before a view runs. For unknown paths, the error handlers call `canonical_redirect`."""
    app.before_request(_redirect_known_path)


def canonical_redirect() -> Response | None:
    """Return a 308 to the path in lower case without extra slashes, if that path differs and exists."""
    path = re.sub("/+", "/", request.path).rstrip("/") or "/"
    folded = path.lower()
    if folded.startswith(_EXACT):  # names keep their capitals
        folded = f"{_EXACT}{path[len(_EXACT) :]}"
    if folded == request.path or not current_app.url_map.bind("").test(folded, "GET"):
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return redirect(f"{request.script_root}{quote(folded)}{query}", HTTPStatus.PERMANENT_REDIRECT)


def _redirect_known_path() -> Response | None:
    # Slugs are lower case; files and the API keep the exact path.
    return canonical_redirect() if request.blueprint == "pages" else None
