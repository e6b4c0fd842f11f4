"""Reads files of any format into books."""

import io
from collections import Counter

from seed.readers.formats import FORMATS, detect_format
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.cleaning import Cleaner
from seed.record.model import Record, Rejection, Skipped

Entry = Record | Rejection | Skipped


def entries(text: str, notes: Counter[str] | None = None) -> list[Entry]:
    """Return the result of reading and cleaning a file of any format."""
    lines = Lines(io.BytesIO(text.encode()), name="some.file")
    options = ReadOptions()
    cleaner = Cleaner(this_year=2026, notes=Counter() if notes is None else notes)
    return list(cleaner.clean_all(FORMATS[detect_format(lines, options)](lines, options)))


def books(text: str) -> list[Record]:
    """Return the books of a file without a rejection."""
    read = entries(text)
    assert not [entry for entry in read if isinstance(entry, Rejection)]
    return [entry for entry in read if isinstance(entry, Record)]


def skipped(text: str) -> list[str]:
    """Return why entries of a file were skipped."""
    return [entry.reason for entry in entries(text) if isinstance(entry, Skipped)]
