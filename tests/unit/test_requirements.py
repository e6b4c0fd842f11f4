"""The lock files."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"
TEST_ONLY = ("hypothesis", "import-linter", "mypy", "playwright", "pytest", "ruff", "schemathesis", "testcontainers")


def locked(name: str) -> dict[str, str]:
    lines = (FOLDER / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)", lines, re.MULTILINE))


def test_all_lock_files_lock_a_package_to_the_same_version() -> None:
    versions = defaultdict(set)
    for file in FOLDER.glob("*.txt"):
        for package, version in locked(file.stem).items():
            versions[package].add(version)
    assert {package: seen for package, seen in versions.items() if len(seen) > 1} == {}


@pytest.mark.parametrize("package", TEST_ONLY)
def test_make_run_installs_no_test_tool(package: str) -> None:
    assert package not in locked("dev")
    assert package in locked("test")


def test_make_run_installs_what_each_role_needs() -> None:
    for role in ("recommendations", "marketplace", "catalogue", "stubs"):
        assert locked(role).items() <= locked("dev").items()
