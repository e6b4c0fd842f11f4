"""What a load says when it is done: a table for people, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from seed.loading.load import Outcome


@dataclass(frozen=True)
class Report:
    """A finished load, for telling."""

    file: str
    source: str
    outcome: Outcome
    notes: Counter[str]
    """What the cleaning mended or left out → how often."""
    seconds: float
    dry_run: bool = False


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
            "books_per_second": round(_rate(report)),
        },
        ensure_ascii=False,
    )


def as_table(report: Report) -> str:
    """Return a table of the figures, and a sentence that tells the result."""
    outcome = report.outcome
    width = max(len(f"{outcome.read:,}"), 6)
    lines = [f"  {label:<12} {count:>{width},}{remark}" for label, count, remark in _figures(outcome)]
    lines += [f"  {count:>{width + 13},}  {reason}" for reason, count in outcome.reasons.most_common()]
    if outcome.skipped:
        lines.append(f"  {'skipped':<12} {outcome.skipped:>{width},}")
        lines += [f"  {count:>{width + 13},}  {reason}" for reason, count in outcome.skips.most_common()]
    told = [(note, count) for note, count in report.notes.most_common() if count]
    if outcome.isbns_taken:
        told.append(("ISBN left out, because another book has it", outcome.isbns_taken))
    if told:
        lines.append("  mended or left out:")
        lines += [f"  {count:>{width + 13},}  {note}" for note, count in told]
    lines.append(f"  {report.seconds:.1f} s, {_rate(report):,.0f} books a second")
    lines.append(_result(outcome, dry_run=report.dry_run))
    return "\n".join(lines)


def _rate(report: Report) -> float:
    return report.outcome.read / max(report.seconds, 0.001)


def _figures(outcome: Outcome) -> Iterator[tuple[str, int, str]]:
    yield "read", outcome.read, ""
    yield "added", outcome.added, ""
    yield "changed", outcome.changed, ""
    yield "unchanged", outcome.unchanged, ""
    yield "joined", outcome.joined, ""
    yield "removed", outcome.removed, ""
    yield "categories", outcome.categories, f" ({outcome.categories_added:,} new)" if outcome.categories_added else ""
    yield "rejected", outcome.rejected, ""


def _result(outcome: Outcome, *, dry_run: bool) -> str:
    if outcome.is_nothing:
        return "Nothing changed: the catalogue has all of it already."
    if dry_run:
        return "A dry run: nothing was written."
    return "Done."
