"""Puts tables into a Markdown file, between `<!-- begin: name -->` and `<!-- end: name -->`."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.errors import BenchmarkError


def check(document: Path, names: Iterable[str]) -> None:
    """See that a file has a place for each table, before an hour is spent on measuring them.

    Raises:
        BenchmarkError: a pair of markers is missing.
    """
    fill_in(document.read_text(encoding="utf-8"), dict.fromkeys(names, ""), document)


def fill(document: Path, tables: Mapping[str, str]) -> None:
    """Replace what stands between the markers of each name in a file.

    Raises:
        BenchmarkError: a pair of markers is missing; nothing was written then.
    """
    document.write_text(fill_in(document.read_text(encoding="utf-8"), tables, document), encoding="utf-8")


def fill_in(text: str, tables: Mapping[str, str], document: Path) -> str:
    """Return a document's text with these tables between their markers; the document is named in errors alone."""
    for name, table in tables.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        text, count = between.subn(f"{begin}\n\n{table}\n\n{end}".replace("\\", r"\\"), text)
        if count != 1:
            raise BenchmarkError(f"{document} must hold '{begin}' and '{end}' once, around the place of that table.")
    return text
