"""Puts tables into a Markdown file, between `<!-- begin: name -->` and `<!-- end: name -->`."""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.errors import BenchmarkError


def fill(document: Path, tables: Mapping[str, str]) -> None:
    """Replace what stands between the markers of each name in a file.

    Raises:
        BenchmarkError: a pair of markers is missing; nothing was written then.
    """
    text = document.read_text(encoding="utf-8")
    for name, table in tables.items():
        text = _replaced(text, name, table, document)
    document.write_text(text, encoding="utf-8")


def _replaced(text: str, name: str, table: str, document: Path) -> str:
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    replaced, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n\n{table}\n\n{end}", text, flags=re.DOTALL
    )
    if count != 1:
        raise BenchmarkError(f"{document} must hold '{begin}' and '{end}' once, around the place of that table.")
    return replaced
