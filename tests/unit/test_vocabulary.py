"""One word per concept: the retired names stay out of code and documents."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = {"", ".conf", ".css", ".html", ".ini", ".j2", ".js", ".mako", ".md", ".proto", ".py", ".sh", ".sql", ".toml"}
SUFFIXES |= {".yaml", ".yml"}
PROSE_OF_OTHERS = ("LICENSE", "CHANGELOG.md", "seed/data/", "tests/support/package")
"""Quoted text, or a history that names what there was."""

RETIRED_NAMES = frozenset(
    re.findall(
        r"\w+",
        """
        ask asked asks bare budget floor found hole holes leash lest numbered patience rival rivals rooms said stage
        stray tell tells told trouble troubles twin twins vanished visit visitors visits ways wish
        """,
    )
)
"""Words of which no identifier consists; in names of several words, those of `RETIRED_IN_NAMES` only."""

RETIRED_IN_NAMES = RETIRED_NAMES - {"found", "floor", "bare", "numbered", "stage"}
RETIRED_IN_TEXT = re.compile(
    r"\b(?:MOST_[A-Z]\w*|PATIENCE_S|(?i:asked|holes?|leash|lest|rivals?|so many|tells|told|troubles?|twins|"
    r"vanished|wish))\b"
)
ALLOWED = {
    "tests/unit/test_vocabulary.py": "has the list",
}


def texts() -> Iterator[Path]:
    """Yield the project's own files, which git knows or could add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        path = ROOT / name
        skipped = name.startswith((*PROSE_OF_OTHERS, *ALLOWED))
        if path.suffix in SUFFIXES and path.is_file() and not skipped:
            yield path


def defined_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each name that a module defines, and its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno
            case ast.arg():
                yield node.arg, node.lineno


def is_retired(name: str) -> bool:
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+", name)
    lowered = {word.lower() for word in words}
    return bool(lowered & RETIRED_IN_NAMES) or (len(lowered) == 1 and bool(lowered & RETIRED_NAMES))


TEXTS = list(texts())
PYTHON = [path for path in TEXTS if path.suffix == ".py"]


def test_no_identifier_uses_a_retired_name() -> None:
    uses = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in PYTHON
        for name, line in defined_names(ast.parse(path.read_text("utf-8")))
        if is_retired(name)
    ]
    assert uses == []


def test_no_text_uses_a_retired_word() -> None:
    uses = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in TEXTS
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for match in RETIRED_IN_TEXT.finditer(line)
    ]
    assert uses == []


@pytest.mark.parametrize("name", ["told", "troubles", "most_asked", "test_tells_who", "NumberedVisits", "VISITS_S"])
def test_retired_names_are_recognised(name: str) -> None:
    assert is_retired(name)


@pytest.mark.parametrize("name", ["not_found", "staging", "requested", "floor_division", "test_a_foundation"])
def test_standard_names_are_accepted(name: str) -> None:
    assert not is_retired(name)
