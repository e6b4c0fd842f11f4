"""Serves the shop's style sheet, scripts and icons from memory.

Their URLs contain a version, so browsers cache them for ever.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, Response, abort, request

# Listed here, because the operating system's table differs between machines.
_TYPES = {
    ".css": "text/css",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
# An SVG may hold scripts and links. Opened on its own, it must not act as a page of the shop.
_SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_CACHE_FOR_EVER = "public, max-age=31536000, immutable"


class StaticFile(NamedTuple):
    """A file. `version` is a hash of `content`."""

    content: bytes
    mimetype: str
    version: str


def register(app: Flask, folder: Path, images: Mapping[str, bytes], style: str) -> None:
    """Serve this folder's files and these images at /static/; url_for("static", filename=…) adds their versions.

    `style` is appended to style.css.
    """
    contents = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in _TYPES}
    contents["style.css"] += style.encode()
    files = {name: _static_file(name, content) for name, content in {**contents, **images}.items()}

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
        if file.mimetype == "image/svg+xml":
            response.headers["Content-Security-Policy"] = _SVG_POLICY
        response.set_etag(file.version)
        response.make_conditional(request)
        return response


def _static_file(name: str, content: bytes) -> StaticFile:
    return StaticFile(content, _TYPES[Path(name).suffix], hashlib.sha256(content).hexdigest()[:12])
