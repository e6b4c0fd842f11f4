"""Files by their content: compressed, packed, a workbook, or not a catalogue at all."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from seed.readers import limited_stream, spreadsheet
from seed.readers.errors import UnreadableFileError
from seed.readers.formats import FORMATS, detect_format
from seed.readers.open_file import open_lines
from seed.readers.protocol import ReadOptions
from seed.record.model import RawRecord, Rejection

TABLE = b"title,authors,year\nEmma,Jane Austen,1815\n"


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return file.getvalue()


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.create_sheet("Books")
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(path: Path) -> list[RawRecord | Rejection]:
    with open_lines(str(path)) as lines:
        entries = FORMATS[detect_format(lines, ReadOptions())](lines, ReadOptions())
        return [entry for entry in entries if isinstance(entry, RawRecord | Rejection)]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(TABLE), zipped(books__csv=TABLE, folder__DS_Store=b""), zipped(books__csv__gz=gzip.compress(TABLE))],
    ids=["gzip", "zip", "gzip in zip"],
)
def test_unpacks_by_content_whatever_the_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "books.txt"
    path.write_bytes(data)

    (book,) = read(path)

    assert isinstance(book, RawRecord)
    assert (book.title, book.authors, book.year) == ("Emma", ["Jane Austen"], "1815")


def test_reads_the_first_sheet_with_rows_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "books.xlsx"
    path.write_bytes(
        workbook(("Title", "Author", "Year", "ISBN"), ("Two\nlines", "A", 1815.0, 9780306406157), (), ("B",))
    )

    first, second = read(path)

    assert isinstance(first, RawRecord)
    assert isinstance(second, RawRecord)
    assert (first.title, first.year, first.isbns) == ("Two\u2028lines", "1815", ["9780306406157"])
    assert (first.line, second.line, second.title) == (2, 4, "B")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\n", "is a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90), "an old Excel or Word file"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (zipped(mimetype=b"application/epub+zip"), "an e-book or an office document"),
        (zipped(a__csv=TABLE, b__csv=TABLE), "a zip archive of a.csv, b.csv; it must hold one table"),
        (zipped(a__zip=zipped(b__csv=TABLE)), "unpack it first"),
        (zipped(), "no file"),
        (b"PK\x03\x04 damaged", "a damaged zip archive"),
        (zipped(**{"xl/workbook.xml": b"<x/>"}), "a damaged Excel workbook"),
        (bytes(range(256)) * 4, "a binary file of an unknown kind"),
        (b"SQLite format 3\0" + bytes(100), "not a readable library of calibre"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "declares XML entities"),
        (b"<html></html>", "is HTML, which is not read"),
        (b"<rss></rss>", "XML without MARC records"),
        (b"<rss>", "not well-formed XML"),
    ],
)
def test_names_what_is_not_a_catalogue(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "books.csv"
    path.write_bytes(data)

    with pytest.raises(UnreadableFileError, match=message):
        read(path)


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(books__csv=data)], ids=["gzip", "zip"])
def test_stops_at_a_decompression_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(limited_stream, "RATIO_FROM_BYTES", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(pack(b"title\n" + b"a\n" * 8_000_000))

    with pytest.raises(UnreadableFileError, match="unpacks to more than 250 times its size"):
        read(path)


def test_refuses_a_workbook_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED_BYTES", 1_000)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(workbook(("title",), *((f"Book {number}",) for number in range(20))))

    with pytest.raises(UnreadableFileError, match="an Excel workbook that unpacks to"):
        read(path)


def test_refuses_a_zip_archive_of_very_many_files(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(zipped(**{f"{number}__csv": b"" for number in range(1_001)}))

    with pytest.raises(UnreadableFileError, match="more than 1,000 files"):
        read(path)
