"""The commands behind `make run`, `seed`, `migrate`, `psql` and `check`."""

import argparse
import os
import sys

from quickstart import commands
from quickstart.console import Console
from quickstart.errors import QuickstartError
from quickstart.settings import Settings
from quickstart.signals import end_requested, install_handlers

# The status that a shell reports for a program that Ctrl-C ended.
INTERRUPTED = 130


def main() -> int:
    """Run the command that the arguments name and return the exit status."""
    parser = _parser()
    args, options = parser.parse_known_args()
    if args.command == "seed":
        args.arguments += options
    elif options:
        parser.error(f"unrecognized arguments: {' '.join(options)}")
    install_handlers()
    console = Console.on(sys.stdout, os.environ)
    try:
        return _run_command(args, Settings.from_environ(os.environ), console)
    except QuickstartError as error:
        # Ctrl-C ends the programs that we run as well; an error that follows is its consequence.
        if not end_requested():
            print(error, file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        pass
    if args.command != "run":
        return INTERRUPTED
    console.print("Bookstall is closed.")
    return 0


def _run_command(args: argparse.Namespace, settings: Settings, console: Console) -> int:
    if args.command == "run":
        from quickstart import shop  # noqa: PLC0415  # loads gRPC, which no other command needs

        shop.run(settings, console)
    if args.command == "seed":
        return commands.seed(settings, args.arguments)
    run = {"migrate": commands.migrate, "psql": commands.psql, "check-migrations": commands.check_migrations}
    return run[args.command](settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m quickstart", description=sys.modules["quickstart"].__doc__)
    subcommands = parser.add_subparsers(dest="command", required=True)
    subcommands.add_parser("run", help="run the whole shop until Ctrl-C")
    seed = subcommands.add_parser("seed", help="load a catalogue into the shop's database")
    seed.add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        metavar="FILE OPTIONS",
        help="the catalogue (- is standard input) and options of `python -m seed load`; without it the built-in books",
    )
    subcommands.add_parser("migrate", help="bring the schema of the shop's database up to date")
    subcommands.add_parser("psql", help="open psql on the shop's database")
    subcommands.add_parser("check-migrations", help="compare the migrations with the models, on a temporary database")
    return parser


if __name__ == "__main__":
    sys.exit(main())
