"""Reads tables from texts, for tests."""

import io

from seed.readers import table
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import RawRecord, Rejection


def read(
    data: bytes | str, options: ReadOptions | None = None, encoding: str | None = None
) -> list[RawRecord | Rejection]:
    """Return the books and rejections of a table."""
    raw = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    lines = Lines(raw, name="some.csv", encoding=encoding)
    return [entry for entry in table.read(lines, options or ReadOptions()) if isinstance(entry, RawRecord | Rejection)]


def books(data: bytes | str, options: ReadOptions | None = None, encoding: str | None = None) -> list[RawRecord]:
    """Return the books of a table without a rejection."""
    entries = read(data, options, encoding)
    assert all(isinstance(item, RawRecord) for item in entries), entries
    return [item for item in entries if isinstance(item, RawRecord)]
