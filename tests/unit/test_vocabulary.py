"""One word per concept: the retired names stay out of code and documents."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS: tuple[str, ...] = (
    "benchmarks",
    "containers",
    "marketplace",
    "migrations",
    "protobufs",
    "quickstart",
    "recommendations",
)
FOLDERS += ("requirements", "seed", "tests")
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "Makefile",
    "Dockerfile",
    "docker-compose.yaml",
    ".env.example",
)

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


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        for suffix in ("py", "md", "proto", "sql", "html", "txt.j2"):
            yield from (ROOT / folder).rglob(f"*.{suffix}")
    yield from (ROOT / name for name in DOCUMENTS)


def checked(paths: Iterator[Path]) -> list[Path]:
    names = {path: path.relative_to(ROOT).as_posix() for path in paths}
    generated = re.compile(r"_pb2(_grpc)?\.py$")
    return [path for path, name in names.items() if not name.startswith(tuple(ALLOWED)) and not generated.search(name)]


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
    words = re.findall(r"[a-z]+|[A-Z][a-z]*|[A-Z]+", name)
    lowered = {word.lower() for word in words}
    return bool(lowered & RETIRED_IN_NAMES) or (len(lowered) == 1 and bool(lowered & RETIRED_NAMES))


PYTHON = [path for path in checked(files()) if path.suffix == ".py"]
TEXTS = checked(files())


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


@pytest.mark.parametrize("name", ["told", "troubles", "most_asked", "test_tells_who", "NumberedVisits"])
def test_retired_names_are_recognised(name: str) -> None:
    assert is_retired(name)


@pytest.mark.parametrize("name", ["not_found", "staging", "requested", "floor_division", "test_a_foundation"])
def test_standard_names_are_accepted(name: str) -> None:
    assert not is_retired(name)
