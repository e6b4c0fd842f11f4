"""The command line: `python -m seed --help`."""

import argparse
import os
from collections.abc import Sequence

from seed.readers.formats import FORMATS
from seed.readers.protocol import FIELDS
from seed.synthetic.generator import CATEGORIES, LARGEST_SHARE

_DESCRIPTION = """\
Fill the shop's catalogue. Without a command: load the built-in books.

DATABASE_URL says where the database is; DATABASE_PASSWORD_FILE may hold its password.
Every command is one transaction (compact: many small ones): readers of the shop see the
old catalogue until the new one is complete, and what is stopped half way leaves nothing
behind. One command writes at a time; a second one waits, and says so.
"""

_EPILOG = """\
exit status: 0 done, 1 refused or failed with nothing written, 2 wrong usage

examples:
  python -m seed                                  the built-in books; twice changes nothing
  python -m seed --if-empty                       only into a catalogue without a book
  python -m seed load my-books.csv                your own books
  python -m seed load my-books.csv --sync         and away with those that left the file
  python -m seed load pg_catalog.csv              Project Gutenberg's whole catalogue
  python -m seed load their.csv --column title=Name --column authors=Writer --category novels
  python -m seed load - < my-books.csv            from standard input
  python -m seed export my-books.csv              all that is on the shelves, in our own CSV

docs/catalogue.md tells about each kind of file, the cleaning, and which book is which.
"""

_LOAD = """\
Bring a file of books into the catalogue, in one transaction.

A row finds its book by the source's key, else by ISBN, else by title and authors; the same
file again changes nothing. Nothing is removed without --sync. Formats:

  csv          CSV or TSV with a header; our columns: {fields};
               several values in one field are split at `;`; other headers by --column
  jsonl        JSON Lines, the same names
  gutenberg    Project Gutenberg's pg_catalog.csv
  goodreads    the Goodreads library export
  openlibrary  an Open Library dump (ol_dump_works, ol_dump_editions)

A name that ends in .gz is unpacked on the way; - is standard input.
"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what the user asked for; its `command` is None for the built-in books.

    Wrong usage ends the program with status 2.
    """
    parser = _parser("python -m seed", _DESCRIPTION, _EPILOG)
    parser.add_argument("--if-empty", action="store_true", help="do nothing where there are books")
    _add_output(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    _add_load(commands)
    categories = commands.add_parser("categories", help="list what is on the shelves")
    categories.add_argument("--json", action="store_true", help="one line of JSON per category")
    export = commands.add_parser("export", help="write the catalogue as our own CSV")
    export.add_argument("file", metavar="FILE", help="where to; - is standard output, .gz packs it")
    commands.add_parser("recount", help="make the stored counts of books true, after others have written")
    commands.add_parser("compact", help="move books into empty slots and cut the shelves' empty tails")
    _add_synthetic(commands)
    asked = parser.parse_args(arguments)
    if asked.command == "load" and asked.rejects and _is_same_file(asked.file, asked.rejects):
        parser.error(f"--rejects would write the refused rows over {asked.rejects}, which is the file to load")
    if asked.command == "load":
        signs = [sign for sign in (asked.delimiter, asked.escape, asked.quote) if sign]
        if len(signs) > len(set(signs)):
            parser.error("--delimiter, --escape and --quote must differ")
    return asked


def _is_same_file(source: str, target: str) -> bool:
    try:
        return os.path.isfile(target) and os.path.samefile(0 if source == "-" else source, target)  # noqa: PTH113, PTH121
    except OSError:
        return False


def _parser(prog: str, description: str, epilog: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=prog, description=description, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")


def _add_load(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    load = commands.add_parser(
        "load",
        help="bring in a file of books",
        description=_LOAD.format(fields=", ".join(FIELDS[:5]) + ",\n               " + ", ".join(FIELDS[5:])),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    load.add_argument("file", metavar="FILE", help="the file; - is standard input")
    load.add_argument("--source", metavar="NAME", help="whose keys these are (default: the format, or the file's name)")
    load.add_argument("--sync", action="store_true", help="take away this source's books that the file no longer has")
    load.add_argument("--dry-run", action="store_true", help="do all but keep it, and say the same")
    _add_output(load)
    _add_reading(load.add_argument_group("reading"))
    _add_refusing(load.add_argument_group("refused rows"))


def _add_reading(group: "argparse._ArgumentGroup") -> None:
    group.add_argument("--format", choices=FORMATS, help="which it is (default: recognised from the file's beginning)")
    group.add_argument("--encoding", help="of the text (default: by its mark, else UTF-8, else Windows-1252)")
    group.add_argument("--delimiter", type=_character, help="of CSV (default: recognised); \\t is a tab")
    group.add_argument("--escape", type=_character, help="before a quote in CSV (default: recognised)")
    group.add_argument("--quote", type=_quote, help='around fields in CSV, or none (default: recognised; mostly ")')
    group.add_argument(
        "--column", action="append", type=_column, default=[], metavar="FIELD=NAME",
        help="what the header calls a field; of several for one field the first that is not empty counts, for the ISBN "
        "the first valid one; authors and categories are taken from all",
    )  # fmt: skip
    group.add_argument(
        "--author-separator", type=_text, default=";", metavar="TEXT", help="between authors (default: ;)"
    )
    group.add_argument(
        "--category-separator", type=_text, default=";", metavar="TEXT", help="between categories (default: ;)"
    )
    group.add_argument("--category", metavar="NAME", help="of books for which the file tells none")


def _add_refusing(group: "argparse._ArgumentGroup") -> None:
    group.add_argument("--rejects", metavar="FILE", help="write them there, as CSV: line, reason, the raw text")
    group.add_argument("--max-rejects", type=_count, metavar="N", help="load nothing if there are more")
    group.add_argument("--strict", action="store_true", help="load nothing if there is one")


def _add_synthetic(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    synthetic = commands.add_parser("synthetic", help="fill an empty catalogue with made-up books, for benchmarks")
    synthetic.add_argument("books", type=_count, metavar="N", help="how many")
    synthetic.add_argument("--categories", type=_count, default=CATEGORIES, metavar="C", help="default: %(default)s")
    synthetic.add_argument(
        "--largest-share", type=float, default=LARGEST_SHARE, metavar="SHARE",
        help="the part of the books that stands in the largest category (default: %(default)s)",
    )  # fmt: skip


def _count(text: str) -> int:
    digits = text.replace("_", "").replace(",", "")
    if not digits.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of things")
    return int(digits)


def _text(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _character(text: str) -> str:
    text = "\t" if text == "\\t" else text
    if len(text) != 1 or text in '\r\n"':
        raise argparse.ArgumentTypeError("must be one character, and neither a quote nor a line break")
    return text


def _quote(text: str) -> str:
    if text == "none":
        return ""
    if len(text) != 1 or text in "\r\n":
        raise argparse.ArgumentTypeError("must be one character, or none")
    return text


def _column(text: str) -> tuple[str, str]:
    field, _, name = text.partition("=")
    if field not in FIELDS or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=NAME; the fields are {', '.join(FIELDS)}")
    return field, name
