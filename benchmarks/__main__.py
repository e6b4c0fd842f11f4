"""`python -m benchmarks SCALE`: what `make bench` calls."""

import argparse
import shutil
import sys
import time
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec

from benchmarks import document
from benchmarks.errors import BenchmarkError
from benchmarks.processes import data_folder
from benchmarks.programs import require_programs
from benchmarks.scale import SCALES
from benchmarks.stage import DOCS, Stage, open_stage
from quickstart.closing import interrupt_on_signals
from quickstart.errors import QuickstartError

BENCHMARKS = ("machine", "speed", "flat", "methods", "churn", "page", "lighthouse")
"""Modules of this package, each with a `run(stage)` that returns tables by the names of their markers."""

FULL_BENCHMARKS = (*BENCHMARKS, "load")
"""Those of SCALE=full, and of SCALE=small, which shows that they run. A module that is not there is left out."""

DOCUMENT = DOCS / "performance.md"
INTERRUPTED = 130


def main() -> int:
    """Run the benchmarks of a scale, print their tables and put them into the docs; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=sys.modules["benchmarks"].__doc__)
    parser.add_argument("scale", choices=SCALES, nargs="?", default="default")
    parser.add_argument(
        "--only", action="append", choices=FULL_BENCHMARKS, help="run this one and leave docs/ alone; may be repeated"
    )
    arguments = parser.parse_args()
    interrupt_on_signals()
    # What docs/ says was measured in one run, on one day.
    scale = replace(SCALES[arguments.scale], published=SCALES[arguments.scale].published and not arguments.only)
    names = arguments.only or (BENCHMARKS if arguments.scale == "default" else FULL_BENCHMARKS)
    try:
        require_programs()
        with open_stage(scale) as stage:
            measure(stage, [name for name in names if find_spec(f"benchmarks.{name}")])
    except (BenchmarkError, QuickstartError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def measure(stage: Stage, names: list[str]) -> None:
    """Run these benchmarks; what each has found is printed and kept before the next one begins."""
    page = stage.docs / DOCUMENT.name
    if page != DOCUMENT:
        shutil.copyfile(DOCUMENT, page)
    began = time.monotonic()
    for name in names:
        print(f"== {name}", flush=True)
        tables: dict[str, str] = import_module(f"benchmarks.{name}").run(stage)
        print(*tables.values(), sep="\n\n", end="\n\n", flush=True)
        document.fill(page, tables)
    print(f"Measured in {(time.monotonic() - began) / 60:.1f} minutes; the tables are in {page},")
    print(f"the databases are kept for the next time in {data_folder()} (delete it if you like).")


if __name__ == "__main__":
    sys.exit(main())
