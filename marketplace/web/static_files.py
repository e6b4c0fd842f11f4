"""The shop's own files: style, script, icons. They are few and small, and stay in memory.

Their addresses name their version, so browsers keep them for good and never ask again.
"""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, Response, abort, request

# Not the computer's own table: it differs.
_TYPES = {
    ".css": "text/css",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_FOR_GOOD = "public, max-age=31536000, immutable"


class StaticFile(NamedTuple):
    """One file; `version` is another one when `content` is."""

    content: bytes
    mimetype: str
    version: str


def register(app: Flask, folder: Path) -> None:
    """Serve this folder's files at /static/, and let url_for("static", filename=…) name their versions."""
    files = {path.name: _read(path) for path in folder.iterdir() if path.suffix in _TYPES}

    @app.url_defaults
    def name_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values["filename"] in files:
            values.setdefault("v", files[values["filename"]].version)

    @app.get("/static/<filename>", endpoint="static")
    def static(filename: str) -> Response:
        file = files.get(filename) or abort(404)
        response = Response(file.content, mimetype=file.mimetype)
        # While one replica is newer than another, it may be asked for the other's version.
        response.headers["Cache-Control"] = _FOR_GOOD if request.args.get("v") == file.version else "no-cache"
        if file.mimetype.startswith("image/"):
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # Previews are shown on others' pages.
        response.set_etag(file.version)
        response.make_conditional(request)
        return response


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    return StaticFile(content, _TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:12])
