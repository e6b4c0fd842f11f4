"""Page tokens hold everything needed to continue a shuffle or a list, so the service is stateless.

They are neither secret nor signed. A forged token costs no more than a genuine one, because `recommender.py` checks
every number in it against the shelf.
"""

import base64
import binascii
import struct
from hashlib import sha256

from recommendations.domain.model import AuthorCursor, DrawnShelf, ShelvesReplay, ShuffleCursor
from recommendations.domain.shuffle import MAX_OFFSET

VERSION = 1
_SHUFFLE = struct.Struct(">BBIQIHB")
_LIST_KINDS = {"categories": 2, "shelves": 3}
_SHELVES_KIND = 4
_SHELVES = struct.Struct(">BBQBB")
_SHELF = struct.Struct(">II")
_WHOLE_SHELF = 1 << 31
_AUTHOR_VERSION = 2
_AUTHOR = struct.Struct(">BQHB8s")
_MAX_CATEGORY_ID = 2**31 - 1
_SEPARATOR = "\x1f"

FOREIGN_TOKEN = "page_token is not a token of this category; leave it out for a fresh shuffle."  # noqa: S105  # a sentence
FOREIGN_AUTHOR_TOKEN = "page_token is not a token of this author; leave it out for a fresh shuffle."  # noqa: S105
MALFORMED_TOKEN = "page_token was not issued by this service; leave it out to start again."  # noqa: S105  # a sentence


class MalformedTokenError(ValueError):
    """The service cannot have issued this page token."""


def encode_shuffle(cursor: ShuffleCursor, offset: int | None = None) -> str:
    """Return the token of a cursor: 28 characters that need no escaping in a URL.

    Args:
        cursor: the cursor.
        offset: replaces the cursor's offset if given.
    """
    packed = _SHUFFLE.pack(
        VERSION,
        cursor.whole_shelf,
        cursor.category_id,
        cursor.seed,
        cursor.max_position,
        cursor.offset if offset is None else offset,
        cursor.page_size,
    )
    return base64.urlsafe_b64encode(packed).decode()


def decode_shuffle(token: str, max_page_size: int) -> ShuffleCursor:
    """Return the cursor in a token of `encode_shuffle`.

    Raises:
        MalformedTokenError: if it is not such a token, or a number in it is out of range.
    """
    try:
        version, whole_shelf, category_id, seed, max_position, offset, page_size = _SHUFFLE.unpack(_from_base64(token))
    except struct.error:
        raise MalformedTokenError from None
    cursor = ShuffleCursor(category_id, seed, max_position, offset, page_size, whole_shelf == 1)
    if version != VERSION or whole_shelf > 1 or cursor.offset > MAX_OFFSET or not 0 < cursor.page_size <= max_page_size:
        raise MalformedTokenError
    return cursor


def encode_shelves(replay: ShelvesReplay) -> str:
    """Return the token that repeats a draw from several shelves."""
    packed = _SHELVES.pack(VERSION, _SHELVES_KIND, replay.seed, replay.page_size, replay.distinct_books)
    for category_id, max_position, whole_shelf in replay.shelves:
        packed += _SHELF.pack(category_id, max_position | _WHOLE_SHELF * whole_shelf)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_shelves(token: str, max_shelves: int, max_page_size: int) -> ShelvesReplay | None:
    """Return the draw in a token of `encode_shelves`, or None if it is a token of another kind.

    Raises:
        MalformedTokenError: if the service cannot have issued the token.
    """
    packed = _from_base64(token + "=" * (-len(token) % 4))
    if packed[:2] != bytes([VERSION, _SHELVES_KIND]):
        return None
    try:
        _, _, seed, page_size, distinct_books = _SHELVES.unpack_from(packed)
        rows = list(_SHELF.iter_unpack(packed[_SHELVES.size :]))
    except struct.error:
        raise MalformedTokenError from None
    shelves = [DrawnShelf(row_id, position & ~_WHOLE_SHELF, position >= _WHOLE_SHELF) for row_id, position in rows]
    category_ids = {shelf.category_id for shelf in shelves}
    sizes_fit = 0 < page_size <= max_page_size and 0 < len(shelves) <= max_shelves and len(category_ids) == len(shelves)
    if not sizes_fit or distinct_books > 1 or max(category_ids) > _MAX_CATEGORY_ID:
        raise MalformedTokenError
    return ShelvesReplay(seed, page_size, distinct_books == 1, shelves)


def encode_author(cursor: AuthorCursor, author: str) -> str:
    """Return the token of a cursor in the books of this author: 27 characters that need no escaping in a URL."""
    packed = _AUTHOR.pack(_AUTHOR_VERSION, *cursor, _digest(author))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_author(token: str, author: str, max_page_size: int) -> AuthorCursor:
    """Return the cursor in a token of `encode_author` for the same author.

    Raises:
        MalformedTokenError: if it is not such a token, or a number in it is out of range.
    """
    try:
        version, seed, offset, page_size, digest = _AUTHOR.unpack(_from_base64(token + "=" * (-len(token) % 4)))
    except struct.error:
        raise MalformedTokenError from None
    if version != _AUTHOR_VERSION or offset > MAX_OFFSET or not 0 < page_size <= max_page_size:
        raise MalformedTokenError
    if digest != _digest(author):
        raise MalformedTokenError
    return AuthorCursor(seed, offset, page_size)


def _digest(author: str) -> bytes:
    return sha256(author.encode()).digest()[:8]


def encode_list(kind: str, *after: str) -> str:
    """Return the token that continues a list of this kind after the row with these sort keys."""
    packed = bytes([VERSION, _LIST_KINDS[kind]]) + _SEPARATOR.join(after).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_list(kind: str, token: str, keys: int) -> list[str]:
    """Return the sort keys in a token of `encode_list`.

    Raises:
        MalformedTokenError: if it is not a token of this kind with this number of keys.
    """
    packed = _from_base64(token + "=" * (-len(token) % 4))
    try:
        # A name may contain the separator, the slug after it cannot.
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
