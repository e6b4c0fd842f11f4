"""The command line: `python -m seed --help`."""

import argparse
from collections.abc import Sequence

_DESCRIPTION = """\
Fill the shop's catalogue. Without a command: load the built-in books.

DATABASE_URL says where the database is; DATABASE_PASSWORD_FILE may hold its password.
Every command is one transaction: readers of the shop see the old catalogue until the new
one is complete, and a command that is stopped half way leaves nothing behind.
"""

_EPILOG = """\
exit status: 0 done, 1 refused or failed with nothing written, 2 wrong usage

examples:
  python -m seed                          the built-in books; twice changes nothing
  python -m seed --if-empty               only into a catalogue without a book
  python -m seed load my-books.csv        your own; docs/catalogue.md tells about formats
"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what the user asked for; its `command` is `built-in` where none was named."""
    parser = argparse.ArgumentParser(
        prog="python -m seed",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--if-empty", action="store_true", help="do nothing where there are books")
    parser.set_defaults(command="built-in")
    _add_output(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    commands.add_parser("recount", help="make the stored counts of books true, after others have written")
    return parser.parse_args(arguments)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")
