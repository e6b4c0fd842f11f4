"""What each command of `python -m seed` does with what the user asked for."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from seed.cli.listing import book_count, category_rows, listed
from seed.cli.progress import Progress
from seed.cli.report import Report, as_json, as_table
from seed.data import built_in
from seed.export import export, open_export
from seed.loading.connection import VACUUM_FROM, catalogue, reclaim, tidy
from seed.loading.load import Job, LoadRefusedError, Outcome, load
from seed.loading.rejections import RejectFile, Rejects, reject_file
from seed.loading.staging import Intake
from seed.maintenance.compact import compact
from seed.maintenance.recount import recount
from seed.readers import table
from seed.readers.formats import FORMATS, PUBLISHER_FORMATS, detect_format
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines, open_lines
from seed.record.cleaning import Cleaner
from seed.record.model import RawRecord, Record, Rejection, Skipped
from seed.synthetic.generator import Plan, synthesise

Say = Callable[[str], None]


def load_built_in(engine: sa.Engine, asked: argparse.Namespace, say: Say) -> str:
    """Load the books that come with the shop; all of them or, where the file is wrong, none."""
    started = time.monotonic()
    notes: Counter[str] = Counter()
    with catalogue(engine, tell=say) as connection:
        if asked.if_empty and connection.scalar(sa.text("SELECT EXISTS (SELECT FROM book)")):
            return "The catalogue has books already; nothing was done."
        with open_lines(str(built_in.PATH)) as lines:
            found = _cleaned(table.read(lines, ReadOptions()), notes)
            outcome = load(connection, found, Job(source=built_in.SOURCE, on_rejection=built_in.refuse))
    tidy(engine, _written(outcome), tell=say)
    return _told(asked, Report(str(built_in.PATH), built_in.SOURCE, outcome, notes, time.monotonic() - started))


def load_file(engine: sa.Engine, asked: argparse.Namespace, say: Say) -> str:
    """Load a file of the user's."""
    progress = Progress(sys.stderr, quiet=asked.quiet)
    started = time.monotonic()
    notes: Counter[str] = Counter()
    with open_lines(asked.file, encoding=asked.encoding) as lines, reject_file(asked.rejects) as file_of_all:
        options = _options(asked)
        kind = asked.format or detect_format(lines, options)
        source = asked.source or _source(asked.file, kind)
        dialect = f", {table.table_dialect(lines, options)}" if kind == "csv" else ""
        progress.say(
            f"Reading {lines.name} as {kind}, {lines.encoding}{dialect}; its keys are remembered as {source!r}."
        )
        most = 0 if asked.strict else asked.max_rejects
        rejects = Rejects(lines.name, tell=progress.say, most=most, file_of_all=file_of_all)
        reclaim(engine)
        with catalogue(engine, tell=say) as connection:
            steps = _Steps(progress, lines, file_of_all)
            found = progress.watch(
                _cleaned(FORMATS[kind](lines, options), notes), bytes_read=lines.bytes_read, size=_size(asked.file)
            )
            job = Job(
                source=source,
                sync=asked.sync,
                on_rejection=rejects,
                on_staged=steps.staged,
                on_step=steps.step,
            )
            outcome = load(connection, found, job)
            if asked.dry_run:
                connection.rollback()
    if not asked.dry_run:
        if _written(outcome) >= VACUUM_FROM:
            progress.say("Loaded; tidying up …")
        tidy(engine, _written(outcome), tell=say)
    return _told(asked, Report(lines.name, source, outcome, notes, time.monotonic() - started, dry_run=asked.dry_run))


def list_categories(engine: sa.Engine, asked: argparse.Namespace, say: Say) -> str:
    """List the categories, those with the most books first."""
    with catalogue(engine, tell=say, writing=False) as connection:
        return listed(category_rows(connection), book_count(connection), as_json=asked.json)


def export_file(engine: sa.Engine, asked: argparse.Namespace, say: Say) -> str:
    """Write the whole catalogue as one snapshot."""
    with catalogue(engine, tell=say, writing=False) as connection, open_export(asked.file) as file:
        count = export(connection, file)
    say(f"{count:,} books written to {'standard output' if asked.file == '-' else asked.file}.")
    return ""


def recount_books(engine: sa.Engine, _: argparse.Namespace, say: Say) -> str:
    """Mend the stored counts."""
    with catalogue(engine, tell=say) as connection:
        mended = recount(connection)
    return f"{mended} categories had wrong counts; all are right now." if mended else "All counts were right."


def compact_shelves(engine: sa.Engine, _: argparse.Namespace, say: Say) -> str:
    """Close the holes of all shelves."""
    done = compact(engine, tell=say)
    if not done.shelves:
        return "No shelf has an empty slot."
    left = f" {done.left:,} empty slots are held by other writers; run it again." if done.left else ""
    return (
        f"{done.shelves:,} shelves had empty slots: moved {done.moved:,} books into them and cut {done.cut:,} "
        f"slots off the tails.{left}"
    )


def make_synthetic(engine: sa.Engine, asked: argparse.Namespace, say: Say) -> str:
    """Fill an empty catalogue with made-up books."""
    plan = Plan(asked.books, asked.categories, asked.largest_share)
    started = time.monotonic()
    with catalogue(engine, tell=say) as connection:
        synthesise(connection, plan)
    tidy(engine, plan.books, tell=say)
    return f"{plan.books:,} made-up books in {plan.categories:,} categories, {time.monotonic() - started:.1f} s."


def _options(asked: argparse.Namespace) -> ReadOptions:
    columns: dict[str, list[str]] = {}
    for field, name in asked.column:
        columns.setdefault(field, []).append(name)
    return ReadOptions(
        delimiter=asked.delimiter,
        escape=asked.escape,
        quote=asked.quote,
        columns=columns,
        author_separator=asked.author_separator,
        category_separator=asked.category_separator,
        category=asked.category,
    )


def _source(path: str, kind: str) -> str:
    """Return the source's name: the publisher where the format has one, else the file's name without endings."""
    if kind in PUBLISHER_FORMATS or path == "-":
        return kind
    name = Path(path).name
    return name.removesuffix(".gz").rpartition(".")[0] or name


def _size(path: str) -> int | None:
    return None if path == "-" else os.stat(path).st_size or None  # noqa: PTH116 - pipes have no size either


def _cleaned(
    found: Iterable[RawRecord | Rejection | Skipped], notes: Counter[str]
) -> Iterator[Record | Rejection | Skipped]:
    return Cleaner(this_year=datetime.now(UTC).year, notes=notes).clean_all(found)


class _Steps:
    """Tells how a large load goes on when all has been read; a small one is done at once."""

    def __init__(self, progress: Progress, lines: Lines, rejects: RejectFile | None) -> None:
        self._progress = progress
        self._lines = lines
        self._rejects = rejects
        self._is_large = False

    def staged(self, intake: Intake) -> None:
        """Bring the refused rows to the disk; raise LoadRefusedError if there are no others."""
        if self._rejects:
            self._rejects.flush()
        if intake.rejected and intake.rejected == intake.read:
            raise LoadRefusedError(f"{self._lines.name}: every row was refused. Nothing was written.")
        self._is_large = intake.read >= VACUUM_FROM
        self.step(f"{intake.read:,} rows read; finding their categories")

    def step(self, words: str) -> None:
        if self._is_large:
            self._progress.say(f"{words} …")


def _written(outcome: Outcome) -> int:
    return outcome.added + outcome.changed + outcome.removed


def _told(asked: argparse.Namespace, report: Report) -> str:
    if asked.json:
        return as_json(report)
    return "" if asked.quiet else as_table(report)
