"""Pictures of covers that lie on other hosts: whose may be shown."""

from collections.abc import Iterable

_THIS_COMPUTER = ("localhost", "127.0.0.1")


def origins_of(hosts: Iterable[str]) -> tuple[str, ...]:
    """Return where pictures come from, as a Content-Security-Policy writes it: by https, from this computer by http."""
    return tuple(f"{'http' if host.partition(':')[0] in _THIS_COMPUTER else 'https'}://{host}" for host in hosts)


def picture_from(cover_url: str, origins: tuple[str, ...]) -> str:
    """Return the cover's address if it is at one of these origins, else an empty text."""
    # Browsers and urllib do not agree on where a host ends in an odd address; behind a slash it has ended for both.
    begins = cover_url.lower().startswith(tuple(f"{origin}/" for origin in origins))
    return cover_url if begins else ""
