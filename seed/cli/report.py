"""The figures of a completed load."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from seed.loading.outcome import Outcome
from seed.record.model import Column, Record


@dataclass
class Report:
    """A completed load."""

    file: str
    source: str
    outcome: Outcome
    notes: Counter[str]
    """What cleaning repaired or left out → how often."""
    columns: tuple[Column, ...] = ()
    """The columns of the file, and what each is used as."""
    sample: Sequence[Record] = ()
    """The first books of a dry run."""
    seconds: float = 0
    dry_run: bool = False

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.outcome.read / max(self.seconds, 0.001)


def as_json(report: Report) -> str:
    """Return one line of JSON with all figures; `rejected_by_reason` and `notes` map texts to counts."""
    figures = dict(vars(report.outcome))
    reasons, skips, readings = (figures.pop(name) for name in ("reasons", "skips", "readings"))
    return json.dumps(
        {
            "file": report.file,
            "source": report.source,
            "dry_run": report.dry_run,
            **figures,
            "rejected_by_reason": dict(reasons),
            "skipped_by_reason": dict(skips),
            "readings": dict(readings),
            "columns": {column.name: column.field or None for column in report.columns},
            "sample": [on_the_page(record) for record in report.sample],
            "notes": {note: count for note, count in report.notes.items() if count},
            "seconds": round(report.seconds, 3),
            "books_per_second": round(report.rate),
        },
        ensure_ascii=False,
    )


def on_the_page(record: Record) -> str:
    """Return a book as its page shows it: title, authors, year, language and categories."""
    year = f"{'Published' if record.is_edition_year else 'First published'} {record.year}" if record.year else ""
    facts = (", ".join(record.authors), year, record.language, "; ".join(record.categories))
    return " · ".join([record.title, *filter(None, facts)])
