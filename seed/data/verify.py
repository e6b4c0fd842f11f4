"""Compares our catalogue with goodbooks-10k: `python -m seed.data.verify PATH` with the path of its `books.csv`.

Nothing is copied. Goodbooks often has the year of an edition or a translation, so a difference is a reason to check
ours, not a proof of an error.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from seed.data.comparison import KINDS, Book, Comparison, compare

OURS = Path(__file__).with_name("books.csv")

_YEAR = "original_publication_year"


def read_ours(path: Path) -> list[Book]:
    """Read our own catalogue."""
    return [Book((row["title"],), row["authors"].split("; "), int(row["year"])) for row in _rows(path)]


def read_theirs(path: Path) -> list[Book]:
    """Read the books.csv of goodbooks-10k."""
    return [
        Book((row["title"], row["original_title"]), row["authors"].split(", "), _year(row[_YEAR]))
        for row in _rows(path)
    ]


def report(comparisons: Iterable[Comparison], total: int) -> Iterator[str]:
    """Yield the lines of the report about our `total` books."""
    by_kind: dict[str, list[Comparison]] = defaultdict(list)
    for comparison in comparisons:
        by_kind[comparison.kind].append(comparison)
    in_both = sum(len(same) for kind, same in by_kind.items() if kind != "other")
    yield f"{total} books, {in_both} of them in both"
    for kind, heading in KINDS.items():
        yield f"{heading}: {len(by_kind[kind])}"
        if kind != "agree":
            yield from map(_line, by_kind[kind])


def main(arguments: Sequence[str]) -> int:
    """Print the comparison with the file named by the only argument; return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m seed.data.verify PATH, the path of the books.csv of goodbooks-10k.\n")
        return 2
    path = Path(arguments[0])
    try:
        ours, theirs = read_ours(OURS), read_theirs(path)
    except (OSError, ValueError, csv.Error, KeyError) as error:
        reason = f"it has no column {error}" if isinstance(error, KeyError) else error
        sys.stderr.write(f"{path} cannot be read as the books.csv of goodbooks-10k: {reason}.\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in report(compare(ours, theirs), len(ours)))
    return 0


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, restval="")


def _year(text: str) -> int | None:
    return int(float(text)) if text else None


def _line(comparison: Comparison) -> str:
    return f"  {_shown(comparison.ours)} | {_shown(comparison.theirs)}"


def _shown(book: Book) -> str:
    return f"{book.titles[0]}, {'; '.join(book.authors)}, {book.year}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
