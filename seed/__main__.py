"""Entry point: `python -m seed`. Parses, connects, runs one command, reports."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from seed import built_in
from seed.arguments import parse
from seed.lines import UnreadableFileError, open_lines
from seed.load import Job, LoadRefusedError, load
from seed.readers import ReadOptions, table
from seed.record import Cleaner
from seed.recount import recount
from seed.report import Report, as_json, as_table
from seed.session import SeedError, catalogue, open_engine, tidy


def main(arguments: Sequence[str]) -> int:
    """Run the command, and return its exit status: 0 done, 1 failed with nothing written."""
    asked = parse(arguments)
    try:
        engine = open_engine(os.environ)
        if asked.command == "recount":
            _recount(engine)
        else:
            _load_built_in(engine, asked)
    except (SeedError, LoadRefusedError, UnreadableFileError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return 1
    return 0


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _load_built_in(engine: sa.Engine, asked: argparse.Namespace) -> None:
    started = time.monotonic()
    notes: Counter[str] = Counter()
    with catalogue(engine, tell=_tell) as connection:
        if asked.if_empty and connection.scalar(sa.text("SELECT EXISTS (SELECT FROM book)")):
            if not asked.quiet:
                print("The catalogue has books already; nothing was done.")
            return
        with open_lines(str(built_in.PATH)) as lines:
            found = Cleaner(this_year=datetime.now(UTC).year, notes=notes).clean_all(table.read(lines, ReadOptions()))
            outcome = load(connection, found, Job(source=built_in.SOURCE, on_rejection=built_in.refuse))
    tidy(engine, outcome.added + outcome.changed + outcome.removed)
    _print(asked, Report(str(built_in.PATH), built_in.SOURCE, outcome, notes, time.monotonic() - started))


def _print(asked: argparse.Namespace, report: Report) -> None:
    if asked.json:
        print(as_json(report))
    elif not asked.quiet:
        print(as_table(report))


def _recount(engine: sa.Engine) -> None:
    with catalogue(engine, tell=_tell) as connection:
        mended = recount(connection)
    print(f"{mended} categories had wrong counts; all are right now." if mended else "All counts were right.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
