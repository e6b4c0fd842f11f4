"""Each format as its program writes it, recognised and read without options. docs/catalogue.md lists the same."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from seed.readers.formats import FORMATS, check_options, detect_format
from seed.readers.open_file import open_lines
from seed.readers.protocol import ReadOptions
from seed.record.cleaning import Cleaner
from seed.record.model import Reading, Record, Rejection, Skipped

FILES = Path(__file__).with_name("files")
ROOT = Path(__file__).resolve().parents[3]
GLASS = "The Glass Harbour"
BOTH = ("Mira Holm", "Jon Vale")
ISBN = "9780306406157"
UUID = "0b6b0d2e-0000-4000-8000-00000000000"
TAGS = ("Sea Stories", "Favourites")
LISTS = ("sea stories", "favourites")

# File → its format, and of each book: key, title, authors, year, whether that is the edition's, ISBN, language,
# description, categories, reading state, rating, date.
Book = tuple[
    str | None,
    str,
    tuple[str, ...],
    int | None,
    bool,
    str | None,
    str | None,
    str | None,
    tuple[str, ...],
    Reading | None,
]
CASES: dict[str, tuple[str, list[Book]]] = {
    "goodreads_library_export.csv": ("goodreads", [
        ("101", f"{GLASS} (Harbour, #1)", (*BOTH, "Ada Quist"), 2008, False, ISBN, None, None,
         ("sea-stories", "favourites"), Reading("read", "4", "2024/03/09")),
        ("102", "Winter Maps", ("Ivo Sand",), 1999, True, None, None, None, (), Reading("to-read")),
    ]),
    "storygraph_export.csv": ("storygraph", [
        (f"isbn:{ISBN}", GLASS, BOTH, None, False, ISBN, None, None, ("sea-stories", "favourites"),
         Reading("read", "4.25", "2024/03/09")),
        ("8f2c-uid", "Winter Maps", ("Ivo Sand, Jr.",), None, False, None, None, None, (), Reading("abandoned")),
    ]),
    "bookwyrm-export.csv": ("bookwyrm", [
        ("https://books.example/book/7", GLASS, BOTH, None, False, ISBN, None, None, (),
         Reading("read", "4.0", "2024-03-09")),
        ("https://books.example/book/8", "Winter Maps", ("Ivo Sand",), None, False, None, None, None, ("Maps",), None),
    ]),
    "libib_export.csv": ("libib", [
        (f"isbn:{ISBN}", GLASS, BOTH, 2010, True, ISBN, None, "A harbour of glass.", LISTS,
         Reading("read", "4.5", "2024-03-09")),
    ]),
    "LibraryThing_export.tsv": ("librarything", [
        ("101", '"G" Is for Glass', (*BOTH, "Ada Quist"), 2010, True, ISBN, "sv", "A harbour of glass.", LISTS,
         Reading("reading", "4")),
        ("102", "Winter Maps", ("Ivo Sand",), 1999, True, None, None, None, ("Maps", "Winter"),
         Reading("read", "", "2024-02-02")),
    ]),
    "librarything.json": ("librarything-json", [
        ("101", GLASS, BOTH, 2010, True, ISBN, "sv", "A harbour of glass.", LISTS, Reading("to-read", "4")),
        ("102", "Winter Maps", ("Ivo Sand",), 1999, True, None, None, None, ("Maps", "Winter"),
         Reading("read", "", "2024-02-02")),
    ]),
    "calibre_catalog.csv": ("calibre", [
        (f"{UUID}7", GLASS, BOTH, 2010, True, ISBN, "sv", "A harbour\nof glass.", TAGS, Reading("read", "4")),
        (f"{UUID}8", "Winter Maps", ("Ivo Sand",), None, True, None, None, None, (), None),
    ]),
    "calibredb_list.json": ("calibre-json", [
        (f"{UUID}7", GLASS, BOTH, 2010, True, ISBN, "sv", "A harbour of glass.", TAGS, Reading("", "4")),
        (f"{UUID}8", "Winter Maps", ("Ivo Sand",), None, True, None, None, None, (), None),
    ]),
    "metadata.db": ("calibre-db", [
        (f"{UUID}7", GLASS, BOTH, 2010, True, ISBN, "sv", "A harbour of glass.", TAGS[::-1], Reading("read", "4")),
        (f"{UUID}8", "Winter Maps", ("Ivo Sand, Jr.",), None, True, None, None, None, (), None),
    ]),
    "OpenLibrary_ReadingLog.csv": ("reading-log", [
        ("/works/OL7W", GLASS, BOTH, 2008, False, None, None, None, ("Harbours", "Glass"), Reading("reading", "4")),
    ]),
    "ol_dump_works.txt": ("openlibrary", [
        ("/works/OL7W", "The Glass Harbour", (), 2008, False, None, None, None, ("Harbours",), None),
        ("/books/OL7M", "Glashamnen", BOTH, 2010, True, ISBN, "sv", None, (), None),
    ]),
    "pg_catalog.csv": ("gutenberg", [
        ("7", GLASS, ("Mira Holm",), None, False, None, "sv", None, ("Fiction",), None),
    ]),
    "books.jsonl": ("jsonl", [
        ("7", GLASS, BOTH, 2008, False, ISBN, "sv", None, TAGS, None),
    ]),
    "books.json": ("json", [
        ("7", GLASS, ("Mira Holm",), 2010, True, None, None, None, ("Sea Stories",), None),
        ("8", "Winter Maps", (), None, False, None, None, None, (), None),
    ]),
    "liste.csv": ("csv", [
        (None, GLASS, BOTH, 2010, True, None, "sv", None, ("Sea Stories", "Children's"), None),
    ]),
    "records.mrc": ("marc", [
        ("marc7", "The glass harbour: a novel", BOTH, 2010, True, ISBN, "sv", "En hamn av glas på sjön.", ("Harbours",),
         None),
    ]),
    "records.xml": ("marcxml", [
        ("marc7", "The glass harbour: a novel", BOTH, 2010, True, ISBN, "sv", "En hamn av glas på sjön.", ("Harbours",),
         None),
    ]),
}  # fmt: skip


@pytest.fixture
def metadata_db(tmp_path: Path) -> Path:
    """Give a library of calibre."""
    path = tmp_path / "metadata.db"
    connection = sqlite3.connect(path)
    connection.executescript((FILES / "metadata.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


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


@pytest.mark.parametrize("file", CASES)
def test_reads_a_file_as_its_program_writes_it(file: str, metadata_db: Path) -> None:
    name, entries = load(metadata_db if file == "metadata.db" else FILES / file)

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
    document = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")

    assert {name for name, _ in CASES.values()} == set(FORMATS)
    assert set(re.findall(r"^\| `([a-z-]+)` \|", document, re.MULTILINE)) == set(FORMATS)


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
