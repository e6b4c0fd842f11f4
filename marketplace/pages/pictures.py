"""Decides which cover pictures on other hosts may be shown."""

from collections.abc import Iterable

from marketplace.branding.url_templates import fill_url_template, origin_of

_LOOPBACK = ("localhost", "127.0.0.1")


def origins_of(hosts: Iterable[str], isbn_template: str = "") -> tuple[str, ...]:
    """Return the pictures' origins for the Content-Security-Policy: https, but http on this computer."""
    named = [f"{'http' if host.partition(':')[0] in _LOOPBACK else 'https'}://{host}" for host in hosts]
    return tuple(dict.fromkeys(filter(None, [*named, origin_of(isbn_template)])))


def picture_from(cover_url: str, origins: tuple[str, ...]) -> str:
    """Return the cover's URL if it is at one of these origins, else an empty text."""
    # Browsers and urllib disagree on where the host of a malformed URL ends. A slash ends it for both.
    is_allowed = cover_url.lower().startswith(tuple(f"{origin}/" for origin in origins))
    return cover_url if is_allowed else ""


def picture_by_isbn(isbn: str | None, template: str) -> str:
    """Return the URL of the picture for this ISBN from the owner's source; empty without a source or an ISBN."""
    return (fill_url_template(template, {"isbn": isbn or ""}) or "") if template else ""
