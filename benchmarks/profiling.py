"""Profiles the service under load: `python -m benchmarks.profiling`, by py-spy.

Prints the functions that hold the GIL most, without and with their callees.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks import services
from benchmarks.environment import open_environment
from benchmarks.errors import BenchmarkError
from benchmarks.h2load import Load, calls_per_second
from benchmarks.processes import Program
from benchmarks.scale import SCALES
from benchmarks.speed import BOOKS, WARM_UP_S
from benchmarks.synthetic import largest_category

RATE_PER_S = 200
EXTRA_TIMEOUT_S = 60.0
MAX_FUNCTIONS = 25


def main() -> int:
    """Profile the service under load and print the hottest functions; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiling", description=main.__doc__)
    parser.add_argument("scale", choices=SCALES, nargs="?", default="default")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--in-flight", type=int, default=8, help="calls in flight on each of 4 connections")
    parser.add_argument("--idle", action="store_true", help="also count threads that do not hold the GIL")
    arguments = parser.parse_args()
    with open_environment(SCALES[arguments.scale]) as environment:
        database_url = environment.catalogue(environment.scale.speed_size)
        with services.recommendations(database_url) as service:
            call = services.books_call(service, largest_category(database_url)[0], BOOKS)
            calls_per_second(call, Load(4, 8, WARM_UP_S))
            load = Load(4, arguments.in_flight, arguments.seconds + 2.0)
            pressing = threading.Thread(target=calls_per_second, args=(call, load))
            pressing.start()
            try:
                stacks = record(service, arguments.seconds, [] if arguments.idle else ["--gil"])
            finally:
                pressing.join()
    report(stacks)
    return 0


def record(program: Program, seconds: int, options: Iterable[str]) -> list[tuple[list[str], int]]:
    """Return the sampled stacks, outermost function first, and the count of each."""
    with tempfile.TemporaryDirectory() as temporary:
        folded = Path(temporary, "stacks")
        spy = str(Path(sys.executable).with_name("py-spy"))
        command = [spy, "record", f"--pid={program.process.pid}", f"--duration={seconds}", f"--rate={RATE_PER_S}"]
        command += ["--format=raw", "--function", f"--output={folded}", *options]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + EXTRA_TIMEOUT_S)
        if ended.returncode:
            raise BenchmarkError(f"py-spy ended with status {ended.returncode}: {ended.stderr.strip()}")
        lines = [line.rpartition(" ") for line in folded.read_text().splitlines()]
    return [(stack.split(";"), int(count)) for stack, _, count in lines]


def report(stacks: list[tuple[list[str], int]]) -> None:
    """Print the most sampled functions, innermost and anywhere in the stack."""
    innermost: Counter[str] = Counter()
    anywhere: Counter[str] = Counter()
    for stack, count in stacks:
        innermost[stack[-1]] += count
        anywhere.update(dict.fromkeys(stack, count))
    total = innermost.total()
    for title, counts in (("without callees", innermost), ("with callees", anywhere)):
        print(f"\n{title}, of {total} samples")
        for name, count in counts.most_common(MAX_FUNCTIONS):
            print(f"{count / total:7.1%}  {name}")


if __name__ == "__main__":
    sys.exit(main())
