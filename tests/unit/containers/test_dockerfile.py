"""The catalogue image has every module of the service that the migrations and the seed import."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def imported(file: Path) -> Iterator[str]:
    """Yield the files of the service that a module imports, directly or indirectly."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("recommendations."):
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                path = f"{str(name).replace('.', '/')}.py"
                if (ROOT / path).exists():
                    yield path
                    yield from imported(ROOT / path)


def test_the_catalogue_image_copies_what_it_imports() -> None:
    sources = [*(ROOT / "seed").rglob("*.py"), ROOT / "migrations/env.py"]
    needed = {path for source in sources for path in imported(source)}
    section = re.search(r"AS catalogue-code\n(.*?)\n\n", (ROOT / "Dockerfile").read_text("utf-8"), re.DOTALL)
    assert section
    assert needed
    assert needed <= set(section[1].split())
