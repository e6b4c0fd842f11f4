"""Interprets the arguments of `load`."""

import argparse
import os
from pathlib import Path

from seed.cli.report import Report, as_json
from seed.cli.report_table import as_table
from seed.readers.formats import PUBLISHER_FORMATS
from seed.readers.protocol import ReadOptions


def read_options(args: argparse.Namespace) -> ReadOptions:
    """Return the options of the reader."""
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


def source_of(args: argparse.Namespace, file_format: str) -> str:
    """Return the given name, the publisher if the format has one, or the file's name without endings."""
    if args.source:
        return str(args.source)
    if file_format in PUBLISHER_FORMATS or args.file == "-":
        return file_format
    name = Path(args.file).name
    return name.removesuffix(".gz").rpartition(".")[0] or name


def is_anonymous(args: argparse.Namespace, file_format: str) -> bool:
    """Return whether the keys of the file have no source, so that they could mean another file's books."""
    return args.file == "-" and not args.source and file_format not in PUBLISHER_FORMATS


def size_of(path: str) -> int | None:
    """Return the size of a file in bytes, or None for standard input and pipes."""
    return None if path == "-" else os.stat(path).st_size or None  # noqa: PTH116 - works for /dev/fd too


def rendered(args: argparse.Namespace, report: Report) -> str:
    """Return the report in the form that the arguments request."""
    if args.json:
        return as_json(report)
    return "" if args.quiet else as_table(report)
