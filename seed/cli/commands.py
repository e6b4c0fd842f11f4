"""The commands of `python -m seed` except `load`. Each takes the parsed arguments and returns what to print."""

import argparse
import time
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa

from seed.cli.listing import book_count, category_rows, listed
from seed.cli.load_options import rendered
from seed.cli.record_stream import cleaner
from seed.cli.report import Report
from seed.cli.result import CommandResult
from seed.data import built_in
from seed.export import export, open_export
from seed.loading.connection import catalogue
from seed.loading.load import Job, load
from seed.loading.vacuum import vacuum_after_load
from seed.maintenance.compact import compact
from seed.maintenance.recount import recount
from seed.readers import table
from seed.readers.open_file import open_lines
from seed.readers.protocol import ReadOptions
from seed.synthetic.generator import synthesise
from seed.synthetic.plan import Plan

Log = Callable[[str], None]


def load_built_in(engine: sa.Engine, args: argparse.Namespace, log: Log) -> CommandResult:
    """Load the built-in books: all of them, or none if the file is damaged."""
    started = time.monotonic()
    notes: Counter[str] = Counter()
    with catalogue(engine, log=log) as connection:
        if args.if_empty and connection.scalar(sa.text("SELECT EXISTS (SELECT FROM book)")):
            return CommandResult("The catalogue already has books; nothing was done.")
        with open_lines(str(built_in.PATH)) as lines:
            records = cleaner(notes).clean_all(table.read(lines, ReadOptions()))
            outcome = load(connection, records, Job(source=built_in.SOURCE, on_rejection=built_in.refuse))
    vacuum_after_load(engine, outcome.written, log=log)
    report = Report(str(built_in.PATH), built_in.SOURCE, outcome, notes, seconds=time.monotonic() - started)
    return CommandResult(rendered(args, report))


def list_categories(engine: sa.Engine, args: argparse.Namespace, log: Log) -> CommandResult:
    """List the categories, largest first."""
    with catalogue(engine, log=log, writing=False) as connection:
        return CommandResult(listed(category_rows(connection), book_count(connection), as_json=args.json))


def export_file(engine: sa.Engine, args: argparse.Namespace, log: Log) -> CommandResult:
    """Write the whole catalogue from one snapshot."""
    with catalogue(engine, log=log, writing=False) as connection, open_export(args.file) as file:
        count = export(connection, file)
    log(f"{count:,} books written to {'standard output' if args.file == '-' else args.file}.")
    return CommandResult("")


def recount_books(engine: sa.Engine, _: argparse.Namespace, log: Log) -> CommandResult:
    """Correct the stored counts."""
    with catalogue(engine, log=log) as connection:
        corrected = recount(connection)
    return CommandResult(
        f"{corrected} categories had wrong counts, which are now corrected." if corrected else "All counts were right."
    )


def compact_shelves(engine: sa.Engine, _: argparse.Namespace, log: Log) -> CommandResult:
    """Move books into the empty slots of all shelves."""
    result = compact(engine, log=log)
    if not result.shelves:
        return CommandResult("No shelf has an empty slot.")
    rest = f" Other writers hold {result.remaining:,} empty slots; run it again." if result.remaining else ""
    return CommandResult(
        f"{result.shelves:,} shelves had empty slots: moved {result.moved:,} books into them and deleted "
        f"{result.deleted:,} slots at the ends.{rest}"
    )


def add_synthetic_books(engine: sa.Engine, args: argparse.Namespace, log: Log) -> CommandResult:
    """Fill an empty catalogue with synthetic books."""
    plan = Plan(args.books, args.categories, args.largest_share)
    started = time.monotonic()
    with catalogue(engine, log=log) as connection:
        synthesise(connection, plan)
    vacuum_after_load(engine, plan.books, log=log)
    seconds = time.monotonic() - started
    return CommandResult(f"{plan.books:,} synthetic books in {plan.categories:,} categories, {seconds:.1f} s.")
