"""Puts tables into a Markdown file, between `<!-- begin: name -->` and `<!-- end: name -->`."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.errors import BenchmarkError


def check(document: Path, names: Iterable[str]) -> None:
    """Check that a file has markers for each table, before the measurement takes an hour.

    Raises:
        BenchmarkError: a pair of markers is missing.
    """
    fill_in(document.read_text(encoding="utf-8"), dict.fromkeys(names, ""), document)


def fill(document: Path, tables: Mapping[str, str]) -> None:
    """Replace the text between the markers of each name in a file.

    Raises:
        BenchmarkError: a pair of markers is missing; nothing is written.
    """
    document.write_text(fill_in(document.read_text(encoding="utf-8"), tables, document), encoding="utf-8")


def fill_in(text: str, tables: Mapping[str, str], document: Path) -> str:
    """Return a document's text with these tables between their markers; the document's path appears only in errors."""
    for name, table in tables.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        text, count = between.subn(f"{begin}\n\n{table}\n\n{end}".replace("\\", r"\\"), text)
        if count != 1:
            raise BenchmarkError(f"{document} must hold '{begin}' and '{end}' once, around the place of that table.")
    return text
