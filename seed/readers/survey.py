"""A first pass over a file's bytes: its encoding, and whether backslashes escape quotes in it.

Both are decided by the whole file, because they may first show after a million rows.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from seed.readers.encoding import UnknownEncodingError, detect_mark, survey
from seed.readers.errors import UnreadableFileError

_CHUNK_BYTES = 1 << 20

# After a backslash and a quote, a dialect that doubles quotes has the end of the field or a second quote.
_ESCAPES = {quote: re.compile(rf"\\{quote}[^{quote}\r\n,;\t|]".encode()) for quote in ("'", '"')}
_MAX_CONTROLS_SHARE = 0.01
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f")) + b"\x7f"


class Findings(NamedTuple):
    """What a first pass finds out."""

    encoding: str
    escaped_quotes: frozenset[str] = frozenset()
    """The quote characters that a backslash escapes."""
    may_be_damaged: bool = False
    """Whether rows may hold bytes that are not of the encoding, which show as lone surrogates."""


def examine(stream: IO[bytes], name: str, encoding: str | None) -> Findings:
    """Read a stream to its end, and return what its bytes say.

    Raises:
        UnreadableFileError: if it is not text, or its encoding is neither given nor can be determined.
        LookupError: if the given encoding does not exist.
    """
    return examine_chunks(iter(lambda: stream.read(_CHUNK_BYTES), b""), name, encoding)


def examine_chunks(chunks: Iterator[bytes], name: str, encoding: str | None) -> Findings:
    """Return what bytes say, for a stream of which only the beginning can be seen.

    Raises:
        As `examine`.
    """
    first = next(chunks, b"")
    known = encoding or detect_mark(first)
    if known is None and _is_binary(first):
        raise UnreadableFileError(f"{name} is a binary file of an unknown kind, not a table or JSON.")
    escapes: set[str] = set()
    watched = _watch_escapes(_chain(first, chunks), known, escapes)
    if known:
        for _ in watched:
            pass
        return Findings(known, frozenset(escapes), may_be_damaged=encoding is not None)
    try:
        result = survey(watched)
    except UnknownEncodingError as error:
        raise UnreadableFileError(f"{name}, {error}.") from None
    for _ in watched:
        pass
    return Findings(result.encoding, frozenset(escapes), result.has_damage)


def _chain(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from others


def _watch_escapes(chunks: Iterable[bytes], encoding: str | None, escapes: set[str]) -> Iterator[bytes]:
    """Yield the chunks, and add the quotes that are escaped in them to a set."""
    is_wide = encoding is not None and encoding.startswith(("utf-16", "utf-32", "utf16", "utf32"))
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding and is_wide else None
    end = b""
    for chunk in chunks:
        ascii_compatible = decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk
        if b"\\" in ascii_compatible or end:
            text = end + ascii_compatible
            escapes |= {quote for quote, pattern in _ESCAPES.items() if quote not in escapes and pattern.search(text)}
        # A pattern may lie across the boundary of two chunks.
        end = ascii_compatible[-2:] if b"\\" in ascii_compatible[-2:] else b""
        yield chunk


def _is_binary(beginning: bytes) -> bool:
    sample = beginning[: 1 << 12]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    first_line = sample.split(b"\n", 1)[0]
    return controls > len(sample) * _MAX_CONTROLS_SHARE or b"\0" in first_line
