"""The position of a page in a shuffle, and the pages before it. URLs contain both, because page tokens are opaque."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_ENTRY = re.compile(r"([0-9]{1,9})~([A-Za-z0-9_-]{1,100})")
_MAX_ENTRIES = 30


class Place(NamedTuple):
    """The start of a page: the number of books before it, and its token."""

    start: int
    token: str


class Paging(NamedTuple):
    """The position of a page. `trail` holds the pages before it, from the first page on."""

    start: int
    trail: tuple[Place, ...]

    def link_to_next(self, page_token: str, next_page_token: str, count: int) -> dict[str, str | int]:
        """Return the parameters of the next page, given this page's token and its number of books."""
        trail = (*self.trail, Place(self.start, page_token))
        if len(trail) > _MAX_ENTRIES:
            trail = (trail[0], *trail[2:])  # keep the way back to the first page
        return {"page_token": next_page_token, "start": self.start + count, "before": _write(trail)}

    def link_to_previous(self) -> dict[str, str | int] | None:
        """Return the parameters of the page before this one; None on the first."""
        if not self.trail:
            return None
        previous = self.trail[-1]
        return {"page_token": previous.token, "start": previous.start, "before": _write(self.trail[:-1])}


def read_paging(args: Mapping[str, str]) -> Paging:
    """Read ?start=&before=. Malformed values count as absent, because they do not affect which books are shown."""
    if not args.get("page_token"):
        return Paging(0, ())
    entries = [_ENTRY.fullmatch(entry) for entry in args.get("before", "").split(".")]
    trail = tuple(Place(int(entry[1]), entry[2]) for entry in entries[:_MAX_ENTRIES] if entry)
    start = args.get("start", "")
    return Paging(int(start) if re.fullmatch(r"[0-9]{1,9}", start) else 0, trail)


def _write(trail: tuple[Place, ...]) -> str:
    return ".".join(f"{place.start}~{place.token}" for place in trail)
