"""The report of a load: a table for people, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from seed.loading.outcome import Outcome


@dataclass
class Report:
    """A completed load."""

    file: str
    source: str
    outcome: Outcome
    notes: Counter[str]
    """What cleaning repaired or left out → how often."""
    seconds: float = 0
    dry_run: bool = False

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.outcome.read / max(self.seconds, 0.001)


class _Figure(NamedTuple):
    label: str
    value: int
    remark: str = ""


def as_json(report: Report) -> str:
    """Return one line of JSON with all figures; `rejected_by_reason` and `notes` map texts to counts."""
    figures = dict(vars(report.outcome))
    reasons, skips = figures.pop("reasons"), figures.pop("skips")
    return json.dumps(
        {
            "file": report.file,
            "source": report.source,
            "dry_run": report.dry_run,
            **figures,
            "rejected_by_reason": dict(reasons),
            "skipped_by_reason": dict(skips),
            "notes": {note: count for note, count in report.notes.items() if count},
            "seconds": round(report.seconds, 3),
            "books_per_second": round(report.rate),
        },
        ensure_ascii=False,
    )


def as_table(report: Report) -> str:
    """Return a table of the figures, and a sentence with the result."""
    outcome = report.outcome
    width = max(len(f"{outcome.read:,}"), 6)

    def details(counts: Counter[str]) -> Iterator[str]:
        return (f"  {count:>{width + 13},}  {text}" for text, count in counts.most_common() if count)

    lines = [f"  {figure.label:<12} {figure.value:>{width},}{figure.remark}" for figure in _figures(outcome)]
    lines += details(outcome.reasons)
    if outcome.skipped:
        lines.append(f"  {'skipped':<12} {outcome.skipped:>{width},}")
        lines += details(outcome.skips)
    notes = Counter(report.notes)
    if outcome.isbns_taken:
        notes["ISBN left out, because another book has it"] = outcome.isbns_taken
    if notes.total():
        lines.append("  repaired or left out:")
        lines += details(notes)
    lines.append(f"  {report.seconds:.1f} s, {report.rate:,.0f} rows a second")
    lines.append(_result(outcome, dry_run=report.dry_run))
    return "\n".join(lines)


def _figures(outcome: Outcome) -> Iterator[_Figure]:
    yield _Figure("read", outcome.read)
    yield _Figure("added", outcome.added)
    yield _Figure("changed", outcome.changed)
    yield _Figure("unchanged", outcome.unchanged)
    yield _Figure("joined", outcome.joined)
    if outcome.parted:
        yield _Figure("parted", outcome.parted)
    yield _Figure("removed", outcome.removed)
    new = f" ({outcome.categories_added:,} new)" if outcome.categories_added else ""
    yield _Figure("categories", outcome.categories, new)
    yield _Figure("rejected", outcome.rejected)


def _result(outcome: Outcome, *, dry_run: bool) -> str:
    if outcome.is_unchanged:
        return "Nothing changed: the catalogue already has all of it."
    if dry_run:
        return "A dry run: nothing was written."
    return "Done."
