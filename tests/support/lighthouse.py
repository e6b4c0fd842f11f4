"""Audits pages with npm's Lighthouse in the system's Chromium."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.errors import ToolError
from tests.support.npm import find_tool

TIMEOUT_S = 120
MAX_COMPLAINT_LENGTH = 1_000
AGAIN = "Please run Lighthouse again"
"""Lighthouse's message when Chromium's trace of the page is incomplete: one in 25 is, and more on a busy computer."""

MAX_ATTEMPTS = 6


class IncompleteTraceError(ToolError):
    """Every trace of the page was incomplete."""


class Report(NamedTuple):
    """Lighthouse's scores of a page."""

    scores: dict[str, float]
    """From 0 to 100 by category."""
    complaints: list[str]
    """The audits that the page failed, in Lighthouse's words."""


def audit(url: str, categories: Sequence[str], **options: str) -> Report:
    """Audit a page.

    Args:
        url: the page.
        categories: Lighthouse's categories to run.
        **options: further options of its command line.

    Raises:
        ToolError: Chromium or npm is missing, or Lighthouse fails; the message says why.
        IncompleteTraceError: every trace was incomplete.
    """
    program, chromium = find_tool("lighthouse"), find_chromium()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.json")
        command = [
            str(program),
            url,
            "--quiet",
            "--output=json",
            f"--output-path={path}",
            f"--only-categories={','.join(categories)}",
            f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}",
            *(f"--{name.replace('_', '-')}={value}" for name, value in options.items()),
        ]
        environ = {**os.environ, "CHROME_PATH": chromium}
        if not any(_trace_is_complete(command, environ, url) for _ in range(MAX_ATTEMPTS)):
            raise IncompleteTraceError(f"Lighthouse got {MAX_ATTEMPTS} incomplete traces of {url}.")
        report = json.loads(path.read_text("utf-8"))
    scores = {name: 100 * report["categories"][name]["score"] for name in categories}
    return Report(scores, list(_complaints(report, categories)))


def _complaints(report: Mapping[str, Any], categories: Sequence[str]) -> list[str]:
    weighed = {ref["id"] for name in categories for ref in report["categories"][name]["auditRefs"] if ref["weight"]}
    failed = [entry for name, entry in report["audits"].items() if name in weighed and (entry["score"] or 0) < 1]
    return [
        f"{entry['title']}: {entry.get('details', {}).get('items', '')}"[:MAX_COMPLAINT_LENGTH]
        for entry in failed
        if entry["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}
    ]


def _trace_is_complete(command: list[str], environ: dict[str, str], url: str) -> bool:
    """Run Lighthouse; return false if Chromium's trace was incomplete."""
    try:
        subprocess.run(command, env=environ, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    except subprocess.CalledProcessError as error:
        if AGAIN in error.stderr:
            return False
        raise ToolError(f"Lighthouse cannot audit {url}: {' '.join(error.stderr.split())[:300]}") from error
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"Lighthouse took more than {TIMEOUT_S} s for {url}.") from error
    return True
