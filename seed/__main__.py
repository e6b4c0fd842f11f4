"""Entry point: `python -m seed`. Parses, runs one command, prints its result."""

import logging
import os
import sys
from collections.abc import Sequence

from seed.cli import commands
from seed.cli.parser import parse
from seed.loading.connection import SeedError, open_engine
from seed.loading.load import LoadRefusedError
from seed.readers.text_file import UnreadableFileError, UnwritableFileError
from seed.synthetic.generator import SyntheticError

_COMMANDS = {
    None: commands.load_built_in,
    "load": commands.load_file,
    "categories": commands.list_categories,
    "export": commands.export_file,
    "recount": commands.recount_books,
    "compact": commands.compact_shelves,
    "synthetic": commands.make_synthetic,
}


def main(arguments: Sequence[str]) -> int:
    """Run the command, and return its exit status: 0 done, 1 refused or failed with nothing written."""
    asked = parse(arguments)
    # What these would say of a lost connection is not for people; the error that follows is told as one sentence.
    for library in ("psycopg", "sqlalchemy"):
        logging.getLogger(library).addHandler(logging.NullHandler())
    try:
        said = _COMMANDS[asked.command](open_engine(os.environ), asked, _say)
        if said and (getattr(asked, "json", False) or not getattr(asked, "quiet", False)):
            print(said, flush=True)
    except (SeedError, LoadRefusedError, SyntheticError, UnreadableFileError, UnwritableFileError) as error:
        _say(str(error))
        return 1
    except BrokenPipeError:
        # Who read our output has enough of it; nothing more can be said there, not even at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        _say("Stopped; what was under way has left nothing behind.")
        return 1
    return 0


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
