"""The command `load`: reads the user's file into the catalogue."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from seed.cli.progress import Progress
from seed.cli.report import Report, as_json, as_table
from seed.loading.connection import catalogue
from seed.loading.load import Job, LoadRefusedError, load
from seed.loading.rejections import RejectionFile, RejectionHandler, open_rejection_file
from seed.loading.staging import Intake
from seed.loading.vacuum import MIN_ROWS_TO_VACUUM, vacuum_after_load, vacuum_before_load
from seed.readers.dialect import detect_dialect
from seed.readers.formats import FORMATS, PUBLISHER_FORMATS, check_options, detect_format
from seed.readers.open_file import open_lines
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.cleaning import Cleaner
from seed.record.model import Header, RawRecord, Record, Rejection, Skipped


def load_file(engine: sa.Engine, args: argparse.Namespace, log: Callable[[str], None]) -> str:
    """Load the user's file, and return the report."""
    progress = Progress(sys.stderr, quiet=args.quiet)
    started = time.monotonic()
    with open_lines(args.file, encoding=args.encoding) as lines, open_rejection_file(args.rejects) as rejection_file:
        report = _load_lines(engine, args, lines, rejection_file, progress, log)
    outcome = report.outcome
    if not args.dry_run:
        if outcome.written >= MIN_ROWS_TO_VACUUM:
            progress.log("Loaded; vacuuming …")
        vacuum_after_load(engine, outcome.written, log=log)
    report.seconds = time.monotonic() - started
    return rendered(args, report)


def _load_lines(  # noqa: PLR0913, PLR0917 - what the command has opened
    engine: sa.Engine,
    args: argparse.Namespace,
    lines: Lines,
    rejection_file: RejectionFile | None,
    progress: Progress,
    log: Callable[[str], None],
) -> Report:
    notes: Counter[str] = Counter()
    options = _options(args)
    file_format = args.format or detect_format(lines, options)
    check_options(file_format, options)
    source = args.source or _source(args.file, file_format)
    dialect = f", {detect_dialect(lines, options)}" if file_format == "csv" else ""
    progress.log(f"Reading {lines.name} as {file_format}, {lines.encoding}{dialect}; the source is {source!r}.")
    max_rejections = 0 if args.strict else args.max_rejects
    vacuum_before_load(engine)
    with catalogue(engine, log=log) as connection:
        steps = _Steps(progress, lines, rejection_file)
        job = Job(
            source=source,
            sync=args.sync,
            overwrite=args.overwrite,
            on_rejection=RejectionHandler(
                lines.name, log=progress.log, max_rejections=max_rejections, rejection_file=rejection_file
            ),
            on_staged=steps.staged,
            on_step=steps.step,
        )
        records = cleaned(FORMATS[file_format](lines, options), notes)
        outcome = load(connection, progress.track(records, bytes_read=lines.bytes_read, size=_size(args.file)), job)
        if args.dry_run:
            connection.rollback()
    return Report(lines.name, source, outcome, notes, dry_run=args.dry_run)


def _options(args: argparse.Namespace) -> ReadOptions:
    columns: dict[str, list[str]] = {}
    for field, name in args.column:
        columns.setdefault(field, []).append(name)
    return ReadOptions(
        delimiter=args.delimiter,
        escape=args.escape,
        quote=args.quote,
        columns=columns,
        author_separator=args.author_separator,
        category_separator=args.category_separator,
        category=args.category,
        authors_dump=args.authors,
    )


def _source(path: str, file_format: str) -> str:
    """Return the source's name: the publisher if the format has one, otherwise the file's name without endings."""
    if file_format in PUBLISHER_FORMATS or path == "-":
        return file_format
    name = Path(path).name
    return name.removesuffix(".gz").rpartition(".")[0] or name


def _size(path: str) -> int | None:
    """Return the size of a file in bytes, or None for standard input and pipes."""
    return None if path == "-" else os.stat(path).st_size or None  # noqa: PTH116 - works for /dev/fd too


def cleaned(
    entries: Iterable[RawRecord | Rejection | Skipped | Header], notes: Counter[str]
) -> Iterator[Record | Rejection | Skipped]:
    """Return the entries with their raw records cleaned, and count the repairs in `notes`."""
    return Cleaner(this_year=datetime.now(UTC).year, notes=notes).clean_all(entries)


def rendered(args: argparse.Namespace, report: Report) -> str:
    """Return the report in the form that the arguments request."""
    if args.json:
        return as_json(report)
    return "" if args.quiet else as_table(report)


class _Steps:
    """Logs the steps of a large load; a small one finishes at once."""

    def __init__(self, progress: Progress, lines: Lines, rejection_file: RejectionFile | None) -> None:
        self._progress = progress
        self._lines = lines
        self._rejection_file = rejection_file
        self._is_large = False

    def staged(self, intake: Intake) -> None:
        """Flush the rejected rows, and raise LoadRefusedError if there are no other rows."""
        if self._rejection_file:
            self._rejection_file.flush()
        if intake.rejected and intake.rejected == intake.read:
            raise LoadRefusedError(f"{self._lines.name}: every row was rejected. Nothing was written.")
        self._is_large = intake.read >= MIN_ROWS_TO_VACUUM
        self.step(f"{intake.read:,} rows read; matching their categories")

    def step(self, description: str) -> None:
        if self._is_large:
            self._progress.log(f"{description} …")
