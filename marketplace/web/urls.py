"""The addresses that others know the shop's pages by: search engines, previews, crawlers."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request, url_for


def register(app: Flask, public_url: str) -> None:
    """Let the application know its public address, and its templates use these functions."""
    app.extensions["public_url"] = public_url
    app.jinja_env.globals.update(public_origin=public_origin, canonical_path=canonical_path, url_for=_remembering(app))


def _remembering(app: Flask) -> Callable[..., str]:
    """Return Flask's url_for for templates, which remembers paths: to build them took a tenth of a page's time."""

    @lru_cache(1_024)
    def build(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    def remembered(endpoint: str, **values: Any) -> str:
        if "_external" in values:  # another one for each host
            return app.url_for(endpoint, **values)
        return build(request.script_root, endpoint, tuple(values.items()))

    return remembered


def public_origin() -> str:
    """Return scheme and host that shoppers know the shop by: the setting, or else what the request says."""
    if public_url := current_app.extensions["public_url"]:
        return str(public_url)
    # Old clients name no host; then an address begins with its path.
    return f"{request.scheme}://{request.host}" if request.host else ""


def canonical_path() -> str:
    """Return the address of the page that is asked for, without its parameters: what is not this draw alone."""
    return url_for(request.endpoint or "pages.home", **(request.view_args or {}))
