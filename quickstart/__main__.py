"""`python -m quickstart`: what `make run`, `seed`, `migrate`, `psql` and `check` call."""

import argparse
import os
import sys

from quickstart import commands, shop
from quickstart.console import Console
from quickstart.errors import QuickstartError
from quickstart.settings import Settings
from quickstart.signals import interrupt_on_signals

# What a shell says of a program that Ctrl-C ended.
INTERRUPTED = 130


def main() -> int:
    """Do what the arguments ask for, and return the status for the shell."""
    arguments = _parser().parse_args()
    interrupt_on_signals()
    try:
        return _do(arguments, Settings.from_environ(os.environ))
    except QuickstartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _do(arguments: argparse.Namespace, settings: Settings) -> int:
    match arguments.command:
        case "run":
            return _run(settings)
        case "seed":
            return commands.seed(settings, arguments.file)
        case "migrate":
            return commands.migrate(settings)
        case "psql":
            return commands.psql(settings)
        case _:
            return commands.check_migrations(settings)


def _run(settings: Settings) -> int:
    """Keep the shop open until somebody closes it, which is success."""
    console = Console.on(sys.stdout, os.environ)
    try:
        shop.run(settings, console)
    except KeyboardInterrupt:
        console.say("Bookstall is closed.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m quickstart", description=sys.modules["quickstart"].__doc__)
    subcommands = parser.add_subparsers(dest="command", required=True)
    subcommands.add_parser("run", help="run the whole shop until Ctrl-C")
    seed = subcommands.add_parser("seed", help="load a catalogue into the shop's database")
    seed.add_argument("file", nargs="?", help="the catalogue; - is standard input; without it the built-in one")
    subcommands.add_parser("migrate", help="bring the schema of the shop's database up to date")
    subcommands.add_parser("psql", help="open psql on the shop's database")
    subcommands.add_parser("check-migrations", help="compare the migrations with the models, on a throw-away database")
    return parser


if __name__ == "__main__":
    sys.exit(main())
