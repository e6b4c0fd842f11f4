"""The command `load`: reads the user's file into the catalogue."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa

from seed.cli.load_options import is_anonymous, read_options, rendered, size_of, source_of
from seed.cli.metrics_file import MetricsFile
from seed.cli.progress import Progress
from seed.cli.record_stream import Sampled, cleaner, without_keys
from seed.cli.report import Report
from seed.cli.result import PARTLY_READ, CommandResult
from seed.cli.steps import Steps
from seed.loading.category_limits import CategoryLimits
from seed.loading.connection import catalogue
from seed.loading.load import Job, LoadRefusedError, load
from seed.loading.rejections import RejectionFile, RejectionHandler, open_rejection_file
from seed.loading.source_files import remember_file
from seed.loading.vacuum import MIN_ROWS_TO_VACUUM, vacuum_after_load, vacuum_before_load
from seed.readers.dialect import detect_dialect
from seed.readers.errors import UnwritableFileError
from seed.readers.formats import FORMATS, PUBLISHER_FORMATS, check_options, detect_format
from seed.readers.open_file import open_lines
from seed.readers.text_file import Lines


def load_file(engine: sa.Engine, args: argparse.Namespace, log: Callable[[str], None]) -> CommandResult:
    """Load the user's file, and return the report.

    Raises:
        LoadRefusedError: if the file cannot be loaded as the arguments demand.
    """
    progress = Progress(sys.stderr, quiet=args.quiet)
    metrics = MetricsFile(None if args.dry_run else args.metrics)
    started = time.monotonic()
    with (
        metrics.load(),
        progress,
        open_lines(args.file, encoding=args.encoding) as lines,
        open_rejection_file(args.rejects) as rejection_file,
    ):
        report = _load_lines(engine, args, lines, rejection_file, progress, log, metrics)
    outcome = report.outcome
    if not args.dry_run:
        try:
            metrics.finish(outcome)
        except UnwritableFileError as error:
            progress.log(f"The load is complete, but {args.metrics} cannot be written: {error.reason}.")
        if outcome.written >= MIN_ROWS_TO_VACUUM:
            progress.log("Loaded; vacuuming …")
        vacuum_after_load(engine, outcome.written, log=log)
    report.seconds = time.monotonic() - started
    return CommandResult(rendered(args, report), PARTLY_READ if outcome.unreadable else 0)


def _load_lines(  # noqa: PLR0913, PLR0917 - what the command has opened
    engine: sa.Engine,
    args: argparse.Namespace,
    lines: Lines,
    rejection_file: RejectionFile | None,
    progress: Progress,
    log: Callable[[str], None],
    metrics: MetricsFile,
) -> Report:
    notes: Counter[str] = Counter()
    options = read_options(args)
    file_format = args.format or detect_format(lines, options)
    check_options(file_format, options)
    source = source_of(args, file_format)
    dialect = f", {detect_dialect(lines, options)}" if file_format == "csv" else ""
    progress.log(f"Reading {lines.name} as {file_format}, {lines.encoding}{dialect}; the source is {source!r}.")
    record_cleaner = cleaner(notes)
    records = Sampled(record_cleaner.clean_all(FORMATS[file_format](lines, options)))
    metrics.start(source)
    vacuum_before_load(engine)
    with catalogue(engine, log=log) as connection:
        if args.file != "-" and file_format not in PUBLISHER_FORMATS:
            _log_other_file(remember_file(connection, source, os.path.realpath(args.file)), source, args, progress)
        entries = metrics.count(without_keys(records) if is_anonymous(args, file_format) else records)
        entries = progress.track(entries, bytes_read=lines.bytes_read, size=size_of(args.file))
        outcome = load(connection, entries, _job(args, source, lines, rejection_file, progress))
        if args.dry_run:
            connection.rollback()
    sample = records.first if args.dry_run else ()
    return Report(lines.name, source, outcome, notes, record_cleaner.columns, sample, dry_run=args.dry_run)


def _job(
    args: argparse.Namespace,
    source: str,
    lines: Lines,
    rejection_file: RejectionFile | None,
    progress: Progress,
) -> Job:
    if args.sync and args.file == "-" and not args.source:
        raise LoadRefusedError("With --sync, standard input needs --source NAME, the source that it lists completely.")
    steps = Steps(progress, lines, rejection_file)
    return Job(
        source=source,
        sync=args.sync,
        overwrite=args.overwrite,
        category_limits=CategoryLimits(args.categories_at_least, args.top_categories),
        on_rejection=RejectionHandler(
            lines.name,
            log=progress.log,
            max_rejections=0 if args.strict else args.max_rejects,
            rejection_file=rejection_file,
        ),
        on_staged=steps.staged,
        on_step=steps.step,
    )


def _log_other_file(previous: str | None, source: str, args: argparse.Namespace, progress: Progress) -> None:
    if previous and not args.source:
        progress.log(
            f"The source {source!r} was last loaded from {previous}. If this file is another catalogue, its keys mean "
            "other books: stop, and give it its own name with --source NAME."
        )
