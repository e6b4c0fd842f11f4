"""The command line: `python -m seed --help`."""

import argparse
import os
from collections.abc import Sequence
from textwrap import fill

from seed.cli.argument_types import character, column, count, nonempty_text, quote_character
from seed.cli.help_text import DESCRIPTION, EPILOG, LOAD
from seed.readers.formats import FORMATS
from seed.readers.protocol import FIELDS
from seed.synthetic.plan import DEFAULT_CATEGORIES, DEFAULT_LARGEST_SHARE


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the parsed arguments; `command` is None for the built-in books.

    Wrong usage ends the program with status 2.
    """
    parser = _parser()
    args = parser.parse_args(arguments)
    if args.command == "load":
        if args.rejects and _is_same_file(args.file, args.rejects):
            parser.error(f"--rejects would overwrite {args.rejects}, which is the file to load")
        signs = [sign for sign in (args.delimiter, args.escape, args.quote) if sign]
        if len(signs) > len(set(signs)):
            parser.error("--delimiter, --escape and --quote must differ")
    return args


def _is_same_file(source: str, target: str) -> bool:
    try:
        return os.path.isfile(target) and os.path.samefile(0 if source == "-" else source, target)  # noqa: PTH113, PTH121
    except OSError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m seed",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--if-empty", action="store_true", help="do nothing if the catalogue has books")
    _add_output(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    _add_load(commands)
    categories = commands.add_parser("categories", help="list the categories")
    categories.add_argument("--json", action="store_true", help="one line of JSON per category")
    export = commands.add_parser("export", help="write the catalogue as our own CSV")
    export.add_argument("file", metavar="FILE", help="- is standard output; a name that ends in .gz is compressed")
    commands.add_parser("recount", help="correct the stored counts after other programs have written")
    commands.add_parser("compact", help="move books into empty slots and delete the slots at the shelves' ends")
    _add_synthetic(commands)
    return parser


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="print only errors")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")


def _add_load(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    load = commands.add_parser(
        "load",
        help="load a file of books",
        description=LOAD.format(formats=fill(", ".join(FORMATS), 88, subsequent_indent="  "), fields=", ".join(FIELDS)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    load.add_argument("file", metavar="FILE", help="the file; - is standard input")
    load.add_argument("--source", metavar="NAME", help="who assigned the keys (default: the format or the file's name)")
    load.add_argument("--sync", action="store_true", help="remove this source's books that the file no longer has")
    load.add_argument("--overwrite", action="store_true", help="let empty fields also clear values of other sources")
    load.add_argument("--metrics", metavar="FILE", help="write figures for Prometheus' node_exporter to this file")
    load.add_argument("--dry-run", action="store_true", help="do everything except commit, and print the same report")
    _add_output(load)
    _add_reading(load.add_argument_group("reading"))
    limits = load.add_argument_group("categories")
    limits.add_argument(
        "--categories-at-least", type=count, default=1, metavar="N", help="keep only those with at least N books"
    )
    limits.add_argument("--top-categories", type=count, metavar="N", help="keep only the N with the most books")
    rejected = load.add_argument_group("rejected rows")
    rejected.add_argument("--rejects", metavar="FILE", help="write them to this CSV file: line, reason, raw text")
    rejected.add_argument("--max-rejects", type=count, metavar="N", help="load nothing if there are more")
    rejected.add_argument("--strict", action="store_true", help="load nothing if there is one")


def _add_reading(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--format", choices=FORMATS, help="the file's format (default: detected)")
    add("--encoding", help="the text's encoding (default: detected; an ambiguous text is refused)")
    add("--delimiter", type=character, help="the delimiter of CSV (default: detected); \\t is a tab")
    add("--escape", type=character, help="the character before a quote in CSV (default: detected)")
    add("--quote", type=quote_character, help='the quote around CSV fields, or none (default: detected; mostly ")')
    add(
        "--column", action="append", type=column, default=[], metavar="FIELD=NAME",
        help="the column of a field; if a field has several columns, the first that is not empty counts (for the "
        "ISBN the first valid one), while authors and categories are taken from all",
    )  # fmt: skip
    add("--author-separator", type=nonempty_text, default=";", metavar="TEXT", help="between authors (default: ;)")
    add("--category-separator", type=nonempty_text, default=";", metavar="TEXT", help="between categories (default: ;)")
    group.add_argument("--authors", metavar="FILE", help="Open Library's dump of authors, for its other dumps")
    add("--category", metavar="NAME", help="the category of books for which the file names none")


def _add_synthetic(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    synthetic = commands.add_parser("synthetic", help="fill an empty catalogue with made-up books, for benchmarks")
    add = synthetic.add_argument
    add("books", type=count, metavar="N", help="how many")
    add("--categories", type=count, default=DEFAULT_CATEGORIES, metavar="C", help="default: %(default)s")
    add(
        "--largest-share", type=float, default=DEFAULT_LARGEST_SHARE, metavar="SHARE",
        help="the fraction of the books in the largest category (default: %(default)s)",
    )  # fmt: skip
