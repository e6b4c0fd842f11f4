"""Processes a reader's entries before the load: cleaning, a sample, and the refusal of keys without a source."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from seed.loading.load import LoadRefusedError
from seed.record.cleaning import Cleaner
from seed.record.model import MADE_KEYS, Record, Rejection, Skipped

SAMPLE_SIZE = 3
"""How many books a dry run shows."""


def cleaner(notes: Counter[str]) -> Cleaner:
    """Return a cleaner that counts its repairs in `notes`."""
    return Cleaner(this_year=datetime.now(UTC).year, notes=notes)


class Sampled(Iterable[Record | Rejection | Skipped]):
    """Iterates over entries and keeps the first records.

    Attributes:
        first: the first three records.
    """

    def __init__(self, entries: Iterator[Record | Rejection | Skipped]) -> None:
        self.first: list[Record] = []
        self._entries = entries

    def __iter__(self) -> Iterator[Record | Rejection | Skipped]:
        for entry in self._entries:
            if isinstance(entry, Record):
                self.first.append(entry)
            yield entry
            if len(self.first) == SAMPLE_SIZE:
                break
        yield from self._entries


def without_keys(entries: Iterable[Record | Rejection | Skipped]) -> Iterator[Record | Rejection | Skipped]:
    """Yield the entries, but refuse keys: without a source name, the keys of two files could mean the same books."""
    for entry in entries:
        if isinstance(entry, Record) and not entry.key.startswith(MADE_KEYS):
            raise LoadRefusedError(
                "Standard input has no name, so its keys need --source NAME: equal keys of one source mean the same "
                "book. Nothing was written."
            )
        yield entry
