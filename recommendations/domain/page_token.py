"""Page tokens: all that is needed to go on in a shuffle or a list, so that the service keeps nothing.

They are not secret and not signed. A forged one costs no more than an honest one,
because `recommender.py` checks every number in it against the shelf.
"""

import base64
import binascii
import struct
from dataclasses import dataclass

from recommendations.domain.shuffle import REACH

VERSION = 1
_SHUFFLE = struct.Struct(">BBIQIHB")
_LIST_KINDS = {"categories": 2, "shelves": 3}
_SEPARATOR = "\x1f"


class MalformedTokenError(ValueError):
    """A page token that this service cannot have issued."""


@dataclass(frozen=True, slots=True)
class ShufflePlace:
    """A place in a shuffle of one shelf."""

    category_id: int
    seed: int
    """64 bits."""

    largest: int
    """The shelf's largest position when the shuffle was made: the size of what is shuffled."""

    offset: int
    """How many places of the shuffle come before this one, 0 to `draw.REACH`."""

    page_size: int
    """How many books a page holds, 1 to 100."""

    whole: bool = False
    """Whether the books themselves are shuffled and not the places, as on a shelf that is nearly empty."""


def encode_shuffle(place: ShufflePlace, offset: int | None = None) -> str:
    """Return the token of a place in a shuffle: 28 characters that need no quoting in an address.

    Args:
        place: the place.
        offset: if given, the token is that of this place of the same shuffle.
    """
    packed = _SHUFFLE.pack(
        VERSION,
        place.whole,
        place.category_id,
        place.seed,
        place.largest,
        place.offset if offset is None else offset,
        place.page_size,
    )
    return base64.urlsafe_b64encode(packed).decode()


def decode_shuffle(token: str, most_books: int) -> ShufflePlace:
    """Return the place that a token of `encode_shuffle` names.

    Raises:
        MalformedTokenError: if it is no such token, or its numbers are out of their ranges.
    """
    try:
        version, whole, category_id, seed, largest, offset, page_size = _SHUFFLE.unpack(_from_base64(token))
    except struct.error:
        raise MalformedTokenError from None
    place = ShufflePlace(category_id, seed, largest, offset, page_size, whole == 1)
    if version != VERSION or whole > 1 or place.offset > REACH or not 0 < place.page_size <= most_books:
        raise MalformedTokenError
    return place


def encode_list(kind: str, *after: str) -> str:
    """Return the token that goes on in a list of this kind after the row whose sort keys are given."""
    packed = bytes([VERSION, _LIST_KINDS[kind]]) + _SEPARATOR.join(after).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_list(kind: str, token: str, keys: int) -> list[str]:
    """Return the sort keys that a token of `encode_list` holds.

    Raises:
        MalformedTokenError: if it is no token of this kind with so many keys.
    """
    packed = _from_base64(token + "=" * (-len(token) % 4))
    try:
        # A name may hold the separator, the slug behind it does not.
        after = packed[2:].decode().rsplit(_SEPARATOR, keys - 1)
    except UnicodeDecodeError:
        raise MalformedTokenError from None
    if packed[:2] != bytes([VERSION, _LIST_KINDS[kind]]) or len(after) != keys or "\0" in packed[2:].decode():
        raise MalformedTokenError
    return after


def _from_base64(token: str) -> bytes:
    try:
        return base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise MalformedTokenError from None
