"""Each format as its program writes it, recognised and read without options. docs/catalogue.md lists the same."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from seed.readers.formats import FORMATS, check_options, detect_format
from seed.readers.open_file import open_lines
from seed.readers.protocol import ReadOptions
from seed.record.cleaning import Cleaner
from seed.record.model import Record, Rejection, Skipped
from tests.support.program_files import BOTH, CASES, FILES, fields_read, program_file

ROOT = Path(__file__).resolve().parents[3]


def load(path: Path, options: ReadOptions | None = None) -> tuple[str, list[Record | Rejection | Skipped]]:
    given = options or ReadOptions()
    with open_lines(str(path)) as lines:
        name = detect_format(lines, given)
        check_options(name, given)
        cleaner = Cleaner(this_year=2026, notes=Counter())
        return name, list(cleaner.clean_all(FORMATS[name](lines, given)))


def books_of(entries: Iterable[Record | Rejection | Skipped]) -> list[Record]:
    rejections = [entry for entry in entries if isinstance(entry, Rejection)]
    assert rejections == []
    return [entry for entry in entries if isinstance(entry, Record)]


def documented_fields() -> dict[str, str]:
    """Return the third column of the table of formats."""
    document = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([a-z-]+)` \| [^|]* \| ([^|]*) \|", document, re.MULTILINE))


@pytest.mark.parametrize("file", CASES)
def test_reads_a_file_as_its_program_writes_it(file: str, tmp_path: Path) -> None:
    name, entries = load(program_file(file, tmp_path))

    expected_name, expected = CASES[file]
    assert name == expected_name
    fields = [
        (book.key, book.title, book.authors, book.year, book.is_edition_year if book.year else False, book.isbn,
         book.language, book.description, book.categories, book.reading)
        for book in books_of(entries)
    ]  # fmt: skip
    wanted = [(*case[:4], case[4] if case[3] else False, *case[5:]) for case in expected]
    for book, case in zip(fields, wanted, strict=True):
        assert book == (book[0] if case[0] is None else case[0], *case[1:])


def test_every_format_has_a_file_and_a_line_in_the_documents() -> None:
    assert {name for name, _ in CASES.values()} == set(FORMATS) == set(documented_fields())


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"csv", "jsonl", "json"}))
def test_the_documents_name_the_fields_that_the_files_have(name: str) -> None:
    assert documented_fields()[name] == fields_read(name)


def test_skips_what_is_not_a_book() -> None:
    skipped = [
        entry.reason
        for file in ("libib_export.csv", "pg_catalog.csv", "records.mrc")
        for entry in load(FILES / file)[1]
        if isinstance(entry, Skipped)
    ]

    assert skipped == ["not a book: movie", "not a text: Sound", "not a book: another type of material"]


def test_resolves_open_librarys_authors_by_their_dump() -> None:
    options = ReadOptions(authors_dump=str(FILES / "ol_dump_authors.txt"))

    work, edition = books_of(load(FILES / "ol_dump_works.txt", options)[1])

    assert (work.authors, edition.authors) == (("Mira Holm",), BOTH)
    assert "authors" in work.present


def test_a_column_map_applies_to_json() -> None:
    (book,) = books_of(load(FILES / "books.jsonl", ReadOptions(columns={"description": ["lang"]}))[1])

    assert (book.description, book.language) == ("Swedish", None)


@pytest.mark.parametrize(
    ("file", "options", "option"),
    [
        ("books.jsonl", ReadOptions(delimiter=";"), "--delimiter"),
        ("records.mrc", ReadOptions(columns={"title": ["a"]}), "--column"),
        ("pg_catalog.csv", ReadOptions(authors_dump="x"), "--authors"),
    ],
)
def test_refuses_an_option_that_the_format_ignores(file: str, options: ReadOptions, option: str) -> None:
    with pytest.raises(ValueError, match=f"{option} does not apply"):
        load(FILES / file, options)


def test_a_damaged_marc_record_is_a_rejection_and_the_next_one_is_read(tmp_path: Path) -> None:
    good = (FILES / "records.mrc").read_bytes()
    first = good[: int(good[:5])]
    path = tmp_path / "damaged.mrc"
    path.write_bytes(first + first[:24] + b"x" * (len(first) - 25) + b"\x1d" + first)

    entries = load(path)[1]

    assert [type(entry) for entry in entries] == [Record, Rejection, Record]


def test_refuses_a_reading_log_without_titles(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("/works/OL7W\t/books/OL7M\tWant to Read\t2020-01-01\n")

    with pytest.raises(ValueError, match="reading log of Open Library without titles"):
        load(path)
