"""What a file is by its first bytes: plain text, a compressed or packed table, or something that is not a catalogue.

Decompressed size, members and compression ratio are limited, so a small file cannot fill memory or run for ever.
"""

import gzip
import io
import zipfile
from typing import IO, NamedTuple

from seed.readers.errors import UnreadableFileError
from seed.readers.limited_stream import CountedStream, LimitedStream

MAX_MEMBERS = 1_000
MAX_NESTING = 2
"""A zip archive may hold a gzip file or a spreadsheet, but no further archive."""

BINARY_FORMATS = {
    b"SQLite format 3\0": "sqlite",
}
_TABLE_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson", ".mrc", ".marc", ".xml", ".xlsx", ".gz")

# Sources: the file(1) database and the formats' own specifications.
_NOT_CATALOGUES = {
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel or Word file; open it in a spreadsheet and save it as CSV",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"BZh": "compressed with bzip2; decompress it first",
    b"\xfd7zXZ\0": "compressed with xz; decompress it first",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard; decompress it first",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"PAR1": "a Parquet file; export it as CSV",
    b"PGDMP": "a PostgreSQL dump; export the table as CSV",
}


class Content(NamedTuple):
    """A file's content: a stream of text or of a binary format, and that format's name."""

    stream: "io.BufferedReader[CountedStream]"
    binary_format: str = ""
    encoding: str | None = None
    """Set if it is known without examining the text."""


def unpack(raw: IO[bytes], name: str, nesting: int = 0) -> Content:
    """Return a file's content, unpacked if it is gzip, zip or a spreadsheet, whatever its name.

    Raises:
        UnreadableFileError: if it is recognised as something that is not a catalogue, or exceeds a limit.
    """
    counted = CountedStream(raw)
    buffered = io.BufferedReader(counted, 1 << 16)
    beginning = buffered.peek(64)
    for signature, description in _NOT_CATALOGUES.items():
        if beginning.startswith(signature):
            raise UnreadableFileError(f"{name} is {description}.")
    for signature, binary_format in BINARY_FORMATS.items():
        if beginning.startswith(signature):
            return Content(buffered, binary_format)
    if _is_marc(beginning):
        return Content(buffered, "marc")
    if not beginning.startswith((b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06")):
        return Content(buffered)
    if nesting == MAX_NESTING:
        raise UnreadableFileError(f"{name} holds an archive within an archive; unpack it first.")
    if beginning.startswith(b"\x1f\x8b"):
        unzipped = gzip.GzipFile(fileobj=buffered)
        return unpack(LimitedStream(unzipped, lambda: counted.count, name), name, nesting + 1)  # type: ignore[arg-type]
    return _from_zip(buffered, name, nesting)


def _is_marc(beginning: bytes) -> bool:
    """Return whether a MARC 21 leader stands here: https://www.loc.gov/marc/bibliographic/bdleader.html."""
    leader = beginning[:24]
    return leader[:5].isdigit() and leader[12:17].isdigit() and leader[10:12] == b"22" and leader[20:23] == b"450"


def _from_zip(raw: "io.BufferedReader[CountedStream]", name: str, nesting: int) -> Content:
    if not raw.seekable():
        raise UnreadableFileError(f"{name} is a zip archive within another or on standard input; unpack it first.")
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise UnreadableFileError(f"{name} is a damaged zip archive: {error}.") from None
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise UnreadableFileError(f"{name} is a zip archive of more than {MAX_MEMBERS:,} files; give one table.")
    names = {member.filename for member in members}
    if "xl/workbook.xml" in names:
        # Importing openpyxl takes as long as importing SQLAlchemy, and few files need it.
        from seed.readers.spreadsheet import open_spreadsheet  # noqa: PLC0415

        return Content(io.BufferedReader(open_spreadsheet(raw, members, name), 1 << 16), encoding="utf-8")
    if "mimetype" in names or "META-INF/container.xml" in names or "word/document.xml" in names:
        raise UnreadableFileError(f"{name} is an e-book or an office document; export the table as CSV.")
    return _only_table(archive, members, name, nesting)


def _only_table(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, nesting: int) -> Content:
    visible = [member for member in members if not member.filename.split("/")[-1].startswith((".", "__"))]
    visible = [member for member in visible if not member.filename.startswith("__MACOSX/")]
    tables = [member for member in visible if member.filename.lower().endswith(_TABLE_ENDINGS)] or visible
    if len(tables) != 1:
        held = ", ".join(member.filename for member in tables[:5]) or "no file"
        raise UnreadableFileError(f"{name} is a zip archive of {held}; it must hold one table.")
    (table,) = tables
    if table.flag_bits & 1:
        raise UnreadableFileError(f"{name} is encrypted; unpack it first.")
    try:
        stream = archive.open(table)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise UnreadableFileError(f"{name}: {table.filename} cannot be unpacked: {error}.") from None
    limited = LimitedStream(stream, lambda: table.compress_size, f"{name}: {table.filename}")
    return unpack(limited, f"{name}: {table.filename}", nesting + 1)  # type: ignore[arg-type]
