"""Serves the shop's style sheet, scripts and icons from memory.

Their URLs contain a version, so browsers cache them for ever.
"""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, Response, abort, request

# The operating system's table differs between machines.
_TYPES = {
    ".css": "text/css",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_CACHE_FOR_EVER = "public, max-age=31536000, immutable"


class StaticFile(NamedTuple):
    """A file. `version` is a hash of `content`."""

    content: bytes
    mimetype: str
    version: str


def register(app: Flask, folder: Path) -> None:
    """Serve the folder's files at /static/ and add their versions to url_for("static", filename=…)."""
    files = {path.name: _read(path) for path in folder.iterdir() if path.suffix in _TYPES}

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values["filename"] in files:
            values.setdefault("v", files[values["filename"]].version)

    @app.get("/static/<filename>", endpoint="static")
    def static(filename: str) -> Response:
        file = files.get(filename) or abort(404)
        response = Response(file.content, mimetype=file.mimetype)
        # During a rolling update a request may carry another replica's version.
        response.headers["Cache-Control"] = _CACHE_FOR_EVER if request.args.get("v") == file.version else "no-cache"
        if file.mimetype.startswith("image/"):
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # Other sites show previews.
        response.set_etag(file.version)
        response.make_conditional(request)
        return response


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    return StaticFile(content, _TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:12])
