"""How a table is written: its delimiter, quotes, escapes and encoding."""

import io

import pytest

from seed.readers import table
from seed.readers.dialect import detect_dialect
from seed.readers.errors import UnreadableFileError
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import RawRecord, Rejection
from tests.support.table_files import books, read


class Unseekable(io.BytesIO):
    """Stands for a pipe."""

    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_detects_the_delimiter(delimiter: str) -> None:
    (book,) = books(f"key{delimiter}title{delimiter}year\n1{delimiter}Emma{delimiter}1815\n")

    assert (book.key, book.title, book.year) == ("1", "Emma", "1815")


def test_detects_backslash_escapes() -> None:
    (book,) = books('"key";"title"\n"1";"The \\"Best\\"; of all"\n')

    assert book.title == 'The "Best"; of all'


def test_detects_single_quotes_around_the_whole_header() -> None:
    first, second = books("'key';'title'\n'1';'The \"Best\"; of all'\n'2';'O''Neil'\n")

    assert (first.title, second.title) == ('The "Best"; of all', "O'Neil")


def test_an_apostrophe_at_the_start_of_a_title_is_not_a_quote() -> None:
    assert [book.title for book in books("key,title\n1,'Tis Pity\n2,O'Neil's\n")] == ["'Tis Pity", "O'Neil's"]


def test_a_rejection_in_a_stream_suggests_the_escape_option() -> None:
    text = "key,title\n" + "1,Emma\n" * 20_000 + '2,"The \\"Best\\" of all"\n'
    lines = Lines(Unseekable(text.encode()), name="some.csv")
    (*_, broken) = table.read(lines, ReadOptions())

    assert isinstance(broken, Rejection)
    assert broken.reason == "broken row: ',' expected after '\"'; if \\ escapes quotes here, use --escape '\\'"


def test_detects_an_escape_that_first_comes_late_in_a_large_file() -> None:
    entries = read("key,title\n" + "1,Emma\n" * 20_000 + '2,"The \\"Best\\" of all"\n')

    assert len(entries) == 20_001
    assert isinstance(entries[-1], RawRecord)
    assert entries[-1].title == 'The "Best" of all'


@pytest.mark.parametrize("line", ['1,"ends in a backslash\\"', '1,"a \\"" in it"', '1,"C:\\",x'])
def test_a_backslash_at_the_end_of_a_field_is_not_an_escape(line: str) -> None:
    lines = Lines(io.BytesIO(f"key,title\n{line}\n".encode()), name="some.csv")

    assert detect_dialect(lines, ReadOptions()).escape is None


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("key,title\n1,Café – Ñandú\n".encode(), "utf-8"),
        ("key,title\n1,Café – Ñandú\n".encode("utf-8-sig"), "utf-8-sig"),
        ("key,title\n1,Café – Ñandú\n".encode("utf-16"), "utf-16"),
        ("key,title\n1,Café – Ñandú\n".encode("windows-1252"), "windows-1252"),
    ],
)
def test_detects_the_encoding(data: bytes, encoding: str) -> None:
    lines = Lines(io.BytesIO(data), name="some.csv")

    _, book = table.read(lines, ReadOptions())

    assert isinstance(book, RawRecord)
    assert (lines.encoding, book.key, book.title) == (encoding, "1", "Café – Ñandú")


def test_reads_iso_8859_1_that_appears_late_in_a_file() -> None:
    data = b"key,title\n" + b"1,Emma\n" * 20_000 + "2,Café\n".encode("iso-8859-1")

    assert books(data)[-1].title == "Café"


def test_uses_the_given_encoding() -> None:
    (book,) = books("title\nВойна и мир\n".encode("windows-1251"), encoding="windows-1251")

    assert book.title == "Война и мир"


def test_an_unknown_encoding_is_one_clear_error() -> None:
    with pytest.raises(UnreadableFileError, match="klingon is not an encoding"):
        read("title\nEmma\n", encoding="klingon")


@pytest.mark.parametrize("encoding", ["idna", "undefined", "punycode", "hex", "unicode_escape", "utf-16", "utf-7"])
def test_text_in_another_than_the_given_encoding_is_rejections_or_one_clear_error(encoding: str) -> None:
    for data in (b"title\nEmma\n", b"title\n\\x\xff\xfe..\n"):
        message = ""
        try:
            read(data, encoding=encoding)
        except UnreadableFileError as error:
            message = str(error)
        assert not message or "some.csv" in message or "is not an encoding" in message


def test_bytes_that_are_not_utf_8_reject_their_row() -> None:
    rows = "".join(f"{number},Война и мир {number}\n" for number in range(50)).encode()
    entries = read(b"key,title\n" + rows + b"x,\xc2\xee\xe9\xed\xe0\n" + rows)

    (rejection,) = (entry for entry in entries if isinstance(entry, Rejection))
    assert (rejection.line, rejection.reason, rejection.is_unreadable) == (52, "bytes that are not utf-8", True)
