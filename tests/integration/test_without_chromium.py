"""The browser tests on a computer without a browser."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ["tests/browser/test_page_weight.py", "--no-cov", "-rs", "-p", "no:cacheprovider"]
WORDS = "Chromium is not on this computer: install it (Debian and Ubuntu: sudo apt install chromium)."


@pytest.mark.parametrize(
    ("required", "status", "line"),
    [("", 0, f"SKIPPED [6] tests/browser/conftest.py:LINE: {WORDS}"), ("required", 1, WORDS)],
)
def test_they_are_skipped_with_one_clear_line_or_fail_where_a_browser_is_required(
    tmp_path: Path, required: str, status: int, line: str
) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ |= {"PATH": str(tmp_path), "BOOKSTALL_BROWSER": required}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *TESTS], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )

    assert done.returncode == status, done.stdout + done.stderr
    assert line in re.sub(r"\.py:\d+:", ".py:LINE:", done.stdout)
    assert done.stdout.count("SKIPPED") == (not required)
