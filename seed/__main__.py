"""Entry point: `python -m seed`. Parses the arguments, runs one command and prints its result."""

import logging
import os
import sys
from collections.abc import Sequence

from seed.cli import commands
from seed.cli.load_command import load_file
from seed.cli.parser import parse
from seed.cli.running_shop import with_database
from seed.loading.connection import SeedError, open_engine
from seed.loading.load import LoadRefusedError
from seed.readers.errors import UnreadableFileError, UnwritableFileError
from seed.synthetic.plan import SyntheticError

_COMMANDS = {
    None: commands.load_built_in,
    "load": load_file,
    "categories": commands.list_categories,
    "export": commands.export_file,
    "recount": commands.recount_books,
    "compact": commands.compact_shelves,
    "synthetic": commands.add_synthetic_books,
}


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status.

    0 is done, 1 refused or failed with nothing written, 3 loaded except for damaged parts of the file.
    """
    args = parse(arguments)
    # These libraries also log a lost connection; the error that follows reports it in one sentence.
    for library in ("psycopg", "sqlalchemy"):
        logging.getLogger(library).addHandler(logging.NullHandler())
    try:
        output, status = _COMMANDS[args.command](open_engine(with_database(os.environ)), args, _log)
        if output and (getattr(args, "json", False) or not getattr(args, "quiet", False)):
            print(output, flush=True)
    except (SeedError, LoadRefusedError, SyntheticError, UnreadableFileError, UnwritableFileError) as error:
        _log(str(error))
        return 1
    except BrokenPipeError:
        # The reader has closed our output. Nothing more can be written, not even by the flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        _log("Stopped; nothing was left half done.")
        return 1
    return status


def _log(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
