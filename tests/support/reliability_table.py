"""The table of docs/reliability.md: one row for each promise, written by `make resilience SCALE=full`."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- begin: promises -->", "<!-- end: promises -->"
MAX_NUMBER = 100
"""Promises without a number come last."""

HEAD = "| promise | goal | measured | | `make resilience SCALE=full ARGS=…` |\n|---|---|---|---|---|"


class Row(NamedTuple):
    """A promise and its figure."""

    promise: str
    """With its number first: `R2: SIGKILL of one of two replicas under load`."""
    goal: str
    figure: str
    verdict: str
    """`met` or `not met`."""
    test: str


def combine(rows: Iterable[Row]) -> list[Row]:
    """Return one row for each test: the cases of a parametrized one share it."""
    combined: dict[str, Row] = {}
    for row in rows:
        earlier = combined.get(row.test)
        if earlier:
            verdict = max(earlier.verdict, row.verdict, key=lambda text: "not" in text)
            row = row._replace(figure=f"{earlier.figure}; {row.figure}", verdict=verdict)  # noqa: PLW2901
        combined[row.test] = row
    return list(combined.values())


def merge(document: str, rows: Iterable[Row]) -> str:
    """Return the document with these rows in its table; rows of other tests stay."""
    head, _, rest = document.partition(BEGIN)
    table, _, tail = rest.partition(END)
    kept = {row.test: row for row in _parse(table)} | {row.test: row for row in rows}
    lines = [_line(row) for row in sorted(kept.values(), key=lambda row: (_number(row), row.promise))]
    return "\n".join([f"{head}{BEGIN}", "", HEAD, *lines, "", f"{END}{tail}"])


def _parse(table: str) -> list[Row]:
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
    return [
        Row(promise, goal, figure, verdict, command.strip("`").removeprefix('"-k ').removesuffix('"'))
        for promise, goal, figure, verdict, command in filter(_is_row, cells)
    ]


def _is_row(cells: list[str]) -> bool:
    return len(cells) == len(Row._fields) and cells[0] != "promise" and not cells[0].startswith("---")


def _line(row: Row) -> str:
    cells = [cell.replace("|", "/") for cell in row[:4]]
    return f'| {" | ".join(cells)} | `"-k {row.test}"` |'


def _number(row: Row) -> int:
    number = re.match(r"R(\d+)", row.promise)
    return int(number[1]) if number else MAX_NUMBER
