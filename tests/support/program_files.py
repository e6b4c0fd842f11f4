"""Files as each program writes them, and the books that they hold."""

import sqlite3
from pathlib import Path

from seed.record.model import Reading

FILES = Path(__file__).resolve().parents[1] / "unit" / "seed" / "files"
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
        ("/works/OL7W", "The Glass Harbour", (), 2008, False, None, None, "A harbour of glass.", ("Harbours",), None),
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


_FIELDS = {
    "year": lambda book: book[3] and not book[4],
    "edition's year": lambda book: book[3] and book[4],
    "ISBN": lambda book: book[5],
    "language": lambda book: book[6],
    "description": lambda book: book[7],
    "categories": lambda book: book[8],
    "reading state": lambda book: book[9] and book[9].state,
    "rating": lambda book: book[9] and book[9].rating,
    "date": lambda book: book[9] and book[9].date,
}


def fields_read(file_format: str) -> str:
    """Return the fields of the books in a format's files, except title and authors, in `docs/catalogue.md`'s words."""
    books = [book for name, books in CASES.values() if name == file_format for book in books]
    return ", ".join(field for field, has in _FIELDS.items() if any(map(has, books)))


def program_file(name: str, folder: Path) -> Path:
    """Return the path of a file of `CASES`; the library of calibre is made in this folder."""
    if name != "metadata.db":
        return FILES / name
    path = folder / name
    connection = sqlite3.connect(path)
    connection.executescript((FILES / "metadata.sql").read_text(encoding="utf-8"))
    connection.close()
    return path
