"""How the pages do in Lighthouse's eyes, as on a phone: npm's `lighthouse` with the system's Chromium."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import services
from benchmarks.comparison import at_least, table, verdict, with_spread
from benchmarks.environment import Stage, warm
from benchmarks.errors import BenchmarkError
from benchmarks.samples import Samples, in_turns
from benchmarks.synthetic import largest_category
from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.npm import find_tool

TABLES = ("lighthouse",)

CATEGORIES = {"performance": 99, "accessibility": 100, "best-practices": 100, "seo": 100}
"""What Lighthouse marks, from 0 to 100, and the goal."""

TIMEOUT_S = 120
LONGEST_COMPLAINT = 1_000
AGAIN = "Please run Lighthouse again"
"""What Lighthouse says when Chromium's trace of the page is incomplete: one in 25 is, more on a busy computer."""

TRIES = 6


class UnseenError(BenchmarkError):
    """Lighthouse has asked to be run again each time."""


class Report(NamedTuple):
    """What Lighthouse thinks of a page."""

    marks: dict[str, float]
    """From 0 to 100 by category."""
    complaints: list[str]
    """What costs marks: each audit that was not passed, in Lighthouse's words."""


def look_at(url: str, categories: Sequence[str] = tuple(CATEGORIES), **lighthouse: str) -> Report:
    """Let Lighthouse look at a page once.

    Args:
        url: the page.
        categories: which of Lighthouse's to run.
        **lighthouse: further options of its command line.

    Raises:
        BenchmarkError: Chromium or npm is missing, or Lighthouse cannot look at it; the sentence says why.
        UnseenError: it asks to be run again each time.
    """
    program, chromium = find_tool("lighthouse"), find_chromium()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [
            str(program),
            url,
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            f"--only-categories={','.join(categories)}",
            f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}",
            *(f"--{name.replace('_', '-')}={value}" for name, value in lighthouse.items()),
        ]
        environ = {**os.environ, "CHROME_PATH": chromium}
        if not any(_ran(command, environ, url) for _ in range(TRIES)):
            raise UnseenError(f"Lighthouse has asked {TRIES} times to be run again at {url}.")
        found = json.loads(report.read_text("utf-8"))
    marks = {name: 100 * found["categories"][name]["score"] for name in categories}
    weighed = {ref["id"] for name in categories for ref in found["categories"][name]["auditRefs"] if ref["weight"]}
    failed = [audit for name, audit in found["audits"].items() if name in weighed and (audit["score"] or 0) < 1]
    complaints = [
        f"{audit['title']}: {audit.get('details', {}).get('items', '')}"[:LONGEST_COMPLAINT]
        for audit in failed
        if audit["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}
    ]
    return Report(marks, complaints)


def _ran(command: list[str], environ: dict[str, str], url: str) -> bool:
    """Run Lighthouse; return false if it asks to be run again."""
    try:
        subprocess.run(command, env=environ, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    except subprocess.CalledProcessError as error:
        if AGAIN in error.stderr:
            return False
        raise BenchmarkError(f"Lighthouse cannot look at {url}: {' '.join(error.stderr.split())[:300]}") from error
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"Lighthouse looked at {url} for more than {TIMEOUT_S} s.") from error
    return True


def run(stage: Stage) -> dict[str, str]:
    """Look at three pages in turns, with Lighthouse's own slow phone; return the table by its name.

    Where there is no Chromium, no npm or no complete trace it says so instead: the other benchmarks do without.
    """
    try:
        find_chromium()
        find_tool("lighthouse")
    except BenchmarkError as error:
        return {"lighthouse": f"Not measured: {error}"}
    database_url = stage.catalogue(stage.scale.speed_size)
    warm(database_url)
    category, _ = largest_category(database_url)
    with services.recommendations(database_url) as service, services.marketplace(service) as shop:
        address = f"http://127.0.0.1:{shop.port}"
        pages = {"home": "/", "category": f"/categories/{category}", "book": "/books/1"}
        sides = {name: partial(look_at, f"{address}{path}") for name, path in pages.items()}
        try:
            found = in_turns(sides, stage.scale.rounds if stage.scale.published else 1)
        except UnseenError as error:
            return {"lighthouse": f"Not measured: {error}"}
    rows = []
    for name, runs in found.items():
        for category_name, goal in CATEGORIES.items():
            samples = Samples([each.marks[category_name] for each in runs])
            rows.append([name, category_name, with_spread(samples), *verdict(at_least(goal), samples.median)])
    return {"lighthouse": table(["page", "Lighthouse, mobile", "marks of 100", "goal", ""], rows)}
