"""Records of libraries: MARC 21 (ISO 2709) and MARCXML, parsed by pymarc.

Sources: https://www.loc.gov/marc/bibliographic/ and https://www.loc.gov/standards/marcxml/.
"""

import xml.sax
import xml.sax.handler
from collections.abc import Iterator

from pymarc import MARCReader, Record
from pymarc.marcxml import XmlHandler

from seed.readers import marc_fields
from seed.readers.errors import UnreadableFileError
from seed.readers.export_table import with_category
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import READ_ERRORS, Lines
from seed.record.model import RawRecord, Rejection, Skipped

_CHUNK_LENGTH = 1 << 16
_TEXT_TYPES = "at"
"""Leader position 6: language material and manuscripts. Maps, music, films and the like are skipped."""

_PRESENT = frozenset({"authors", "year", "isbn", "language", "description", "categories"})


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped]:
    """Yield the books of a MARC 21 file; the line of a record is its number; subjects become categories."""
    reader = MARCReader(lines.stream, to_unicode=True, permissive=True, utf8_handling="strict")
    try:
        for number, record in enumerate(reader, start=1):
            lines.number = number
            if record is None:
                error = reader.current_exception
                yield Rejection(number, f"damaged MARC record: {_sentence(error)}", _shown(reader), is_unreadable=True)
            else:
                yield _to_record(record, number, _shown(reader), options)
    except READ_ERRORS as error:
        raise UnreadableFileError(f"{lines.name}, after record {lines.number}: {error}.") from None


def read_xml(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped]:
    """Yield the books of a MARCXML file; otherwise as `read`.

    Raises:
        UnreadableFileError: if the XML is malformed or declares entities.
    """
    handler = XmlHandler()  # type: ignore[no-untyped-call]
    parser = xml.sax.make_parser()  # noqa: S317 - entity declarations are refused below
    parser.setFeature(xml.sax.handler.feature_namespaces, True)  # noqa: FBT003
    parser.setContentHandler(handler)
    number = 0
    is_complete = False
    while not is_complete:
        text = lines.read(_CHUNK_LENGTH)
        is_complete = not text
        if "<!ENTITY" in text:
            raise UnreadableFileError(f"{lines.name} declares XML entities, which MARCXML does not need.")
        try:
            parser.close() if is_complete else parser.feed(text.encode())  # type: ignore[attr-defined]
        except (xml.sax.SAXException, UnicodeEncodeError) as error:
            yield from _take(handler, number, options)
            raise UnreadableFileError(f"{lines.name} is not well-formed XML: {error}.") from None
        for entry in _take(handler, number, options):
            number = entry.line
            lines.number = number
            yield entry
    if not number:
        raise UnreadableFileError(f"{lines.name} is XML without MARC records; supported is MARCXML.")


def _take(handler: XmlHandler, number: int, options: ReadOptions) -> list[RawRecord | Skipped]:
    records, handler.records = handler.records, []
    return [
        _to_record(record, line, str(record)[:1000], options) for line, record in enumerate(records, start=number + 1)
    ]


def _to_record(record: Record, number: int, text: str, options: ReadOptions) -> RawRecord | Skipped:
    if record.leader[6] not in _TEXT_TYPES:
        return Skipped(number, "not a book: another type of material")
    year, is_edition_year = marc_fields.year(record)
    raw = RawRecord(
        line=number,
        text=text,
        key=marc_fields.control(record, "001").strip(),
        title=marc_fields.title(record),
        authors=marc_fields.authors(record),
        year=year,
        isbns=marc_fields.texts(record, "020"),
        language=marc_fields.language(record),
        description=" ".join(marc_fields.texts(record, "520")),
        categories=marc_fields.subjects(record),
        is_edition_year=is_edition_year,
        present=_PRESENT,
    )
    return with_category(raw, options)


def _sentence(error: Exception | None) -> str:
    return str(error).splitlines()[0] if error and str(error) else type(error).__name__


def _shown(reader: MARCReader) -> str:
    return (reader.current_chunk or b"")[:200].decode("utf-8", "replace")
