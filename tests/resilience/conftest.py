"""Tests of the promises in docs/reliability.md, with the shipped processes.

`make resilience SCALE=full` runs them whole, one by one, and writes the table of docs/reliability.md. Without
SCALE=full they have a tenth of their size, and three run at a time, so limits on latency are not checked. `make test`
runs those that are marked `quick`, at a hundredth.

A test names its promise and goal with `@pytest.mark.promise("R2: …", "0 failed calls")`. It gives its measurement to
the fixture `figure` before it asserts, so that the table shows the true figure even if the goal is not reached.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import ROOT, DatabaseServer
from tests.support.reliability_table import DOCUMENT, Row, combine, merge
from tests.support.shipped_processes import ShippedProcess, page_process, service_process

HERE = Path(__file__).resolve().parent
FACTORS = {"quick": 0.01, "tenth": 0.1, "full": 1.0}
TIME_LIMITS_S = {"quick": 60, "tenth": 600, "full": 3_600}
ROW = "row of the table"
"""The user property of a report; under xdist, workers send it to the process that writes the table."""

FIGURES = pytest.StashKey[list[str]]()


@dataclass(frozen=True)
class Scale:
    """The share of its full size that a test has."""

    name: str

    @property
    def is_full(self) -> bool:
        return self.name == "full"

    def count(self, full: int, least: int = 1) -> int:
        """Return a number of calls, rounds or inputs at this scale."""
        return max(least, round(full * FACTORS[self.name]))

    def seconds(self, full: float, least: float = 1.0) -> float:
        """Return a duration at this scale."""
        return max(least, full * FACTORS[self.name])


def scale_name() -> str:
    return os.environ.get("RESILIENCE_SCALE", "quick")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    limit_s = TIME_LIMITS_S[scale_name()]
    requested = pytest.mark.skip(reason="takes minutes: run it with make resilience")
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.time_limit(limit_s, reason=f"the size of SCALE={scale_name()}"))
            if scale_name() == "quick" and not item.get_closest_marker("quick"):
                item.add_marker(requested)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    promise = item.get_closest_marker("promise")
    figures = item.stash.get(FIGURES, None)
    if promise and call.when == "call" and figures:
        name, goal = promise.args
        verdict = "met" if report.passed else "**not met**"
        report.user_properties.append((ROW, [name, goal, "; ".join(figures), verdict, item.originalname]))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    rows = [
        Row(*value)
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == ROW
    ]
    for row in rows:
        terminalreporter.write_line(f"{row.promise}: {row.figure} (goal: {row.goal}): {row.verdict}")
    if rows and scale_name() == "full":
        DOCUMENT.write_text(merge(DOCUMENT.read_text("utf-8"), combine(rows)), "utf-8")


@pytest.fixture(scope="session")
def scale() -> Scale:
    return Scale(scale_name())


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Give a function that records the measurement of a test."""
    figures: list[str] = request.node.stash.setdefault(FIGURES, [])
    return figures.append


def seed_built_in(url: str) -> None:
    """Bring an empty database up to date and load the built-in books."""
    environ = {**os.environ, "DATABASE_URL": url}
    for command in (["alembic", "upgrade", "head"], ["seed", "--quiet"]):
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environ, check=True)


@pytest.fixture
def catalogue(database_server: DatabaseServer, seeded_template: str) -> Iterator[str]:
    """Give the address of a fresh database with the built-in books."""
    with fresh_database(database_server.url, seeded_template) as url:
        yield url


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., ShippedProcess]]:
    """Give a function that starts `python -m recommendations`: (database_url, port, **settings) → ShippedProcess."""
    yield from _starter(service_process, tmp_path)


@pytest.fixture
def start_page(tmp_path: Path) -> Iterator[Callable[..., ShippedProcess]]:
    """Give a function that starts `python -m marketplace`: (gRPC target, port, **settings) → ShippedProcess."""
    yield from _starter(page_process, tmp_path)


def _starter(make: Callable[..., ShippedProcess], folder: Path) -> Iterator[Callable[..., ShippedProcess]]:
    started: list[ShippedProcess] = []

    def start(address: str, port: int = 0, **settings: str) -> ShippedProcess:
        process = make(folder / f"{make.__name__}-{len(started)}.log", address, port, **settings)
        started.append(process)
        process.start()
        return process

    yield start
    for process in started:
        process.stop()
