"""`python -m benchmarks SCALE`: what `make bench` calls."""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from benchmarks import capacity, document
from benchmarks.environment import DOCS, Environment, open_environment
from benchmarks.errors import BenchmarkError
from benchmarks.load_generators import require_programs
from benchmarks.processes import data_folder
from benchmarks.scale import SCALES
from quickstart.errors import QuickstartError

BENCHMARKS = (
    *("machine", "speed", "replicas", "open_loop", "flat"),
    *("methods", "concurrent_writers", "page", "traces", "lighthouse"),
)
"""Modules of this package. Each has a `run(environment)` that returns its tables by marker name."""

FULL_BENCHMARKS = (*BENCHMARKS, "load", "load_marc")
"""The benchmarks of SCALE=full, and of SCALE=small, which only shows that they run."""

DOCUMENT = DOCS / "performance.md"
INTERRUPTED = 130


def main() -> int:
    """Run the benchmarks of a scale, print their tables and write them into docs/; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=sys.modules["benchmarks"].__doc__)
    parser.add_argument("scale", choices=SCALES, nargs="?", default="default")
    parser.add_argument(
        "--only",
        action="append",
        choices=FULL_BENCHMARKS,
        help="run only this benchmark and leave docs/ alone; may be repeated",
    )
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    # docs/ holds the tables of one complete run.
    scale = replace(SCALES[arguments.scale], published=SCALES[arguments.scale].published and not arguments.only)
    names = arguments.only or (BENCHMARKS if arguments.scale == "default" else FULL_BENCHMARKS)
    try:
        require_programs()
        with open_environment(scale) as environment:
            measure(environment, names)
    except (BenchmarkError, QuickstartError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def measure(environment: Environment, names: Sequence[str]) -> None:
    """Run these benchmarks; print and save the tables of each before the next one begins."""
    modules = {name: import_module(f"benchmarks.{name}") for name in names}
    document.check(DOCUMENT, [table for module in modules.values() for table in module.TABLES])
    page = environment.docs / DOCUMENT.name
    if page != DOCUMENT:
        shutil.copyfile(DOCUMENT, page)
    began = time.monotonic()
    for name, module in modules.items():
        print(f"== {name}", flush=True)
        tables: dict[str, str] = module.run(environment)
        print(*tables.values(), sep="\n\n", end="\n\n", flush=True)
        document.fill(page, tables)
    if environment.scale.published:
        capacity.main()
    print(f"Measured in {(time.monotonic() - began) / 60:.1f} minutes; the tables are in {page},")
    print(f"the databases are kept for the next run in {data_folder()} (delete it if you like).")


if __name__ == "__main__":
    sys.exit(main())
