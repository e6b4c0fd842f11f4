"""Page tokens: decoding returns what was encoded, and rejects everything else."""

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.domain.model import ShuffleCursor
from recommendations.domain.page_token import (
    MalformedTokenError,
    decode_list,
    decode_shuffle,
    encode_list,
    encode_shuffle,
)
from recommendations.domain.shuffle import MAX_OFFSET

STEADY = settings(deadline=None, derandomize=True, database=None)
MOST = 100
cursors = st.builds(
    ShuffleCursor,
    category_id=st.integers(0, 2**31 - 1),
    seed=st.integers(0, 2**64 - 1),
    max_position=st.integers(0, 2**31 - 1),
    offset=st.integers(0, MAX_OFFSET),
    page_size=st.integers(1, MOST),
    whole_shelf=st.booleans(),
)
CURSOR = ShuffleCursor(7, 2**63 + 5, 1_000, 20, 10)
GOLDEN = "AQAAAAAHgAAAAAAAAAUAAAPoABQK"


def test_an_issued_token_keeps_its_meaning() -> None:
    assert encode_shuffle(CURSOR) == GOLDEN
    assert decode_shuffle(GOLDEN, MOST) == CURSOR


@STEADY
@given(cursors)
def test_a_cursor_comes_back_from_its_token(cursor: ShuffleCursor) -> None:
    token = encode_shuffle(cursor)
    assert decode_shuffle(token, MOST) == cursor
    assert re.fullmatch("[A-Za-z0-9_-]{28}", token)


def assert_cursor_or_malformed(token: str) -> None:
    try:
        cursor = decode_shuffle(token, MOST)
    except MalformedTokenError:
        return
    assert 0 <= cursor.offset <= MAX_OFFSET
    assert 1 <= cursor.page_size <= MOST
    assert 0 <= cursor.seed < 2**64


@STEADY
@given(st.text() | st.text("AQ-_=\n+/ ", max_size=40))
def test_any_text_is_a_cursor_or_malformed(token: str) -> None:
    assert_cursor_or_malformed(token)


@STEADY
@given(st.binary(min_size=21, max_size=21) | st.binary(max_size=60))
def test_any_bytes_are_a_cursor_or_malformed(packed: bytes) -> None:
    assert_cursor_or_malformed(base64.urlsafe_b64encode(packed).decode())


@STEADY
@given(st.binary(min_size=19, max_size=19), st.sampled_from([0, 1]))
def test_any_numbers_after_the_right_version_are_a_cursor_or_malformed(packed: bytes, whole: int) -> None:
    assert_cursor_or_malformed(base64.urlsafe_b64encode(bytes([1, whole]) + packed).decode())


def test_a_token_of_every_other_length_is_malformed() -> None:
    for length in (length for length in range(80) if length != 28):
        with pytest.raises(MalformedTokenError):
            decode_shuffle("A" * length, MOST)


@pytest.mark.parametrize(
    ("byte_index", "value"),
    [(0, 0), (0, 2), (1, 2), (1, 255), (20, 0), (20, MOST + 1), (20, 255)],
    ids=["version 0", "version 2", "mode 2", "mode 255", "size 0", "size 101", "size 255"],
)
def test_numbers_out_of_their_ranges_are_malformed(byte_index: int, value: int) -> None:
    packed = bytearray(base64.urlsafe_b64decode(GOLDEN))
    packed[byte_index] = value
    with pytest.raises(MalformedTokenError):
        decode_shuffle(base64.urlsafe_b64encode(packed).decode(), MOST)


@pytest.mark.parametrize(("offset", "fits"), [(MAX_OFFSET, True), (MAX_OFFSET + 1, False), (2**16 - 1, False)])
def test_an_offset_beyond_the_maximum_is_malformed(offset: int, *, fits: bool) -> None:
    token = encode_shuffle(ShuffleCursor(7, 5, 20_000, offset, 10))
    if fits:
        assert decode_shuffle(token, MOST).offset == offset
    else:
        with pytest.raises(MalformedTokenError):
            decode_shuffle(token, MOST)


KINDS = ("categories", "shelves")
keys = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
slugs = st.sampled_from(["a", "poetry", "science-fiction", "20th-century", "a" * 1_000])


@STEADY
@given(st.sampled_from(KINDS), keys, slugs)
def test_the_keys_of_a_list_come_back_from_its_token(kind: str, first: str, slug: str) -> None:
    token = encode_list(kind, first, slug)
    assert decode_list(kind, token, keys=2) == [first, slug]
    assert re.fullmatch("[A-Za-z0-9_-]+", token)


@STEADY
@given(keys, slugs)
def test_a_token_of_one_list_is_malformed_for_the_other_and_for_a_shuffle(first: str, slug: str) -> None:
    for kind, other in (KINDS, KINDS[::-1]):
        token = encode_list(kind, first, slug)
        with pytest.raises(MalformedTokenError):
            decode_list(other, token, keys=2)
        with pytest.raises(MalformedTokenError):
            decode_shuffle(token, MOST)


@STEADY
@given(st.sampled_from(KINDS), st.text() | st.binary().map(lambda packed: base64.urlsafe_b64encode(packed).decode()))
def test_any_text_is_two_keys_without_nul_or_malformed(kind: str, token: str) -> None:
    try:
        decoded = decode_list(kind, token, keys=2)
    except MalformedTokenError:
        return
    assert len(decoded) == 2
    assert "\0" not in "".join(decoded)


@STEADY
@given(st.sampled_from([2, 3]), st.binary(max_size=30))
def test_any_bytes_after_the_right_version_are_two_keys_or_malformed(kind: int, packed: bytes) -> None:
    token = base64.urlsafe_b64encode(bytes([1, kind]) + packed).decode().rstrip("=")
    try:
        decoded = decode_list(KINDS[kind - 2], token, keys=2)
    except MalformedTokenError:
        return
    assert "\x1f".join(decoded).encode() == packed
