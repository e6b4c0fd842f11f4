"""The report of a load as a table for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from seed.cli.report import Report, on_the_page
from seed.loading.categories import TYPICAL_MIN_BOOKS
from seed.loading.outcome import Outcome
from seed.record.model import Column, Record
from seed.record.text import clean_line

MANY_CATEGORIES = 200
"""With more categories than this, the report suggests keeping only some."""


class _Figure(NamedTuple):
    label: str
    value: int
    remark: str = ""


def as_table(report: Report) -> str:
    """Return a table of the figures, and a sentence with the result."""
    outcome = report.outcome
    width = max(len(f"{outcome.read:,}"), 6)

    def details(counts: Counter[str]) -> Iterator[str]:
        return (f"  {count:>{width + 13},}  {text}" for text, count in counts.most_common() if count)

    lines = [*_columns(report.columns), *_sample(report.sample)]
    lines += [f"  {figure.label:<12} {figure.value:>{width},}{figure.remark}" for figure in _figures(outcome)]
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
    lines += _remarks(outcome)
    lines.append(f"  {report.seconds:.1f} s, {report.rate:,.0f} rows a second")
    lines.append(_result(outcome, dry_run=report.dry_run))
    return "\n".join(lines)


def _columns(columns: tuple[Column, ...]) -> Iterator[str]:
    if columns:
        yield "  columns:"
    width = max((len(column.name) for column in columns), default=0)
    for column in columns:
        yield f"    {clean_line(column.name):<{width}}  {column.field or 'not used'}"
    for name, times in Counter(column.name for column in columns if column.name).items():
        if times > 1:
            yield (
                f"  {times} columns are named {clean_line(name)}: authors and categories are taken from all, other "
                "fields from the first that is not empty."
            )


def _sample(records: Sequence[Record]) -> Iterator[str]:
    if records:
        yield "  the first books:"
    for record in records:
        yield f"    {on_the_page(record)}"


def _remarks(outcome: Outcome) -> Iterator[str]:
    if outcome.unreadable:
        yield f"  The file is damaged in {outcome.unreadable:,} places, so books may be missing."
    if outcome.without_category:
        yield f"  Books in no category, on the shelf More books: {outcome.without_category:,}"
    if outcome.categories_left_out:
        yield f"  {outcome.categories_left_out:,} small categories were left out; their books stay in the catalogue."
    if outcome.categories > MANY_CATEGORIES:
        yield (
            f"  {outcome.categories:,} categories are a lot to browse. --top-categories {MANY_CATEGORIES} keeps the "
            f"largest, --categories-at-least {TYPICAL_MIN_BOOKS} keeps {outcome.large_categories:,}."
        )
    if outcome.readings:
        states = ", ".join(f"{count:,} {state}" for state, count in outcome.readings.most_common())
        yield f"  Reading states, which are counted but not stored yet: {states}."


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
