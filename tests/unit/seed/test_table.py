# ruff: noqa: RUF001 - letters that look like others are the point
import csv
import io
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed.readers import ReadOptions, table
from seed.readers.dialect import recognised_dialect
from seed.readers.text_file import Lines, UnreadableFileError
from seed.record.book import Raw, Rejection

STEADY = settings(deadline=None, derandomize=True, database=None)
HEADER = ("key", "title", "authors", "year", "isbn", "language", "description", "cover_url", "categories")
FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30) | st.text(
    ' ;,\t|"\\\r\nab', max_size=12
)


def read(data: bytes | str, options: ReadOptions | None = None, encoding: str | None = None) -> list[Raw | Rejection]:
    raw = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    lines = Lines(raw, name="some.csv", encoding=encoding)
    return list(table.read(lines, options or ReadOptions()))


def books(data: bytes | str, options: ReadOptions | None = None, encoding: str | None = None) -> list[Raw]:
    found = read(data, options, encoding)
    assert all(isinstance(item, Raw) for item in found), found
    return [item for item in found if isinstance(item, Raw)]


@STEADY
@given(
    st.lists(st.lists(FIELD, min_size=9, max_size=9), max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from("\"'"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_what_pythons_writer_writes_is_read_back(
    rows: list[list[str]], delimiter: str, quote: str, quoting: Literal[0, 1, 2], line_end: str
) -> None:
    # With other ends of lines Python's writer leaves line breaks within fields unquoted, if it may.
    quoting = quoting if line_end == "\r\n" else csv.QUOTE_ALL
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quotechar=quote, quoting=quoting, lineterminator=line_end)
    writer.writerows([HEADER, *rows])

    found = books(file.getvalue(), ReadOptions(quote=quote), encoding="utf-8")

    assert [
        [book.key, book.title, ";".join(book.authors), book.year, book.isbns[0], book.language, book.description,
         book.cover_url, ";".join(book.categories)]
        for book in found
    ] == rows  # fmt: skip


@STEADY
@given(st.lists(st.lists(FIELD, min_size=2, max_size=2), max_size=6))
def test_escaped_instead_of_doubled_quotes_are_read_back(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL).writerows([("key", "title"), *rows])

    found = books(file.getvalue(), ReadOptions(escape="\\"), encoding="utf-8")

    assert [[book.key, book.title] for book in found] == rows


@STEADY
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_rows_or_one_clear_error(data: bytes) -> None:
    for body in (data, b"key,title\n" + data, b"key;title\n1;" + data):
        told = ""
        try:
            found = read(body)
        except UnreadableFileError as error:
            told, found = str(error), []
        assert all(isinstance(item, Raw | Rejection) for item in found)
        assert not told or "some.csv" in told


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_recognises_the_delimiter(delimiter: str) -> None:
    (book,) = books(f"key{delimiter}title{delimiter}year\n1{delimiter}Emma{delimiter}1815\n")

    assert (book.key, book.title, book.year) == ("1", "Emma", "1815")


def test_recognises_backslashes_before_quotes() -> None:
    (book,) = books('"key";"title"\n"1";"The \\"Best\\"; of all"\n')

    assert book.title == 'The "Best"; of all'


def test_recognises_single_quotes_around_every_name_of_the_header() -> None:
    first, second = books("'key';'title'\n'1';'The \"Best\"; of all'\n'2';'O''Neil'\n")

    assert (first.title, second.title) == ('The "Best"; of all', "O'Neil")


def test_an_apostrophe_at_the_start_of_a_title_is_no_quote() -> None:
    assert [book.title for book in books("key,title\n1,'Tis Pity\n2,O'Neil's\n")] == ["'Tis Pity", "O'Neil's"]


def test_names_the_option_where_quotes_may_be_escaped_after_all() -> None:
    (*_, broken) = read("key,title\n" + "1,Emma\n" * 20_000 + '2,"The \\"Best\\" of all"\n')

    assert isinstance(broken, Rejection)
    assert broken.reason == "broken row: ',' expected after '\"'; if \\ escapes quotes here, say --escape '\\'"


@pytest.mark.parametrize("line", ['1,"ends in a backslash\\"', '1,"a \\"" in it"', '1,"C:\\",x'])
def test_a_backslash_at_the_end_of_a_field_is_no_escape(line: str) -> None:
    assert recognised_dialect(f"key,title\n{line}\n", ["key", "title"], ReadOptions()).escape is None


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("key,title\n1,Café – Ñandú\n".encode(), "utf-8"),
        ("key,title\n1,Café – Ñandú\n".encode("utf-8-sig"), "utf-8-sig"),
        ("key,title\n1,Café – Ñandú\n".encode("utf-16"), "utf-16"),
        ("key,title\n1,Café – Ñandú\n".encode("windows-1252"), "windows-1252"),
    ],
)
def test_recognises_the_encoding(data: bytes, encoding: str) -> None:
    lines = Lines(io.BytesIO(data), name="some.csv")

    (book,) = table.read(lines, ReadOptions())

    assert isinstance(book, Raw)
    assert (lines.encoding, book.key, book.title) == (encoding, "1", "Café – Ñandú")


def test_reads_iso_8859_1_that_appears_late_in_a_file() -> None:
    data = b"key,title\n" + b"1,Emma\n" * 20_000 + "2,Café\n".encode("iso-8859-1")

    assert books(data)[-1].title == "Café"


def test_takes_a_given_encoding_at_its_word() -> None:
    (book,) = books("title\nВойна и мир\n".encode("windows-1251"), encoding="windows-1251")

    assert book.title == "Война и мир"


def test_maps_other_headers() -> None:
    options = ReadOptions(
        columns={"title": ["Name"], "isbn": ["ISBN13", "ISBN"], "authors": ["Writer"]},
        author_separator=",",
        category="Novels",
    )
    (book,) = books('Name,Writer,ISBN,ISBN13\nEmma,"Jane Austen, A. N. Other",1,2\n', options)

    assert (book.title, book.authors, book.isbns) == ("Emma", ["Jane Austen", " A. N. Other"], ["2", "1"])
    assert book.categories == ["Novels"]


def test_quoted_line_breaks_keep_line_numbers_right() -> None:
    found = read('key,title\n1,"two\r\nlines"\n2,"bro"ken\n3,too,many\n')

    assert [item.line for item in found] == [2, 4, 5]
    assert [item.reason for item in found if isinstance(item, Rejection)] == [
        "broken row: ',' expected after '\"'",
        "3 fields where the header has 2",
    ]
    assert [item.text for item in found] == ['1,"two\r\nlines"', '2,"bro"ken', "3,too,many"]


def test_a_quote_that_is_never_closed_is_one_refused_row() -> None:
    found = read('key,title\n1,Emma\n2,"Persuasion\n3,Lady Susan\n')

    assert [type(item) for item in found] == [Raw, Rejection]
    assert found[1].line == 3


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        ("name,writer\nEmma,Jane\n", "no column 'title'"),
        ("\x00\x01\x02", "no column 'title'"),
    ],
)
def test_a_file_that_is_no_table_of_books_is_one_clear_error(text: str, part: str) -> None:
    with pytest.raises(UnreadableFileError, match=part):
        read(text)


def test_a_mapped_column_that_is_not_there_is_one_clear_error() -> None:
    with pytest.raises(UnreadableFileError, match=r"no column 'Nome'; it has: Name"):
        read("Name\nEmma\n", ReadOptions(columns={"title": ["Nome"]}))


def test_an_encoding_that_does_not_exist_is_one_clear_error() -> None:
    with pytest.raises(UnreadableFileError, match="klingon is not an encoding"):
        read("title\nEmma\n", encoding="klingon")


@pytest.mark.parametrize("encoding", ["idna", "undefined", "punycode", "hex", "unicode_escape", "utf-16", "utf-7"])
def test_text_that_is_not_of_the_given_encoding_is_refused_rows_or_one_clear_error(encoding: str) -> None:
    for data in (b"title\nEmma\n", b"title\n\\x\xff\xfe..\n"):
        told = ""
        try:
            read(data, encoding=encoding)
        except UnreadableFileError as error:
            told = str(error)
        assert not told or "some.csv" in told or "is not an encoding" in told


def test_a_line_without_end_is_one_clear_error() -> None:
    with pytest.raises(UnreadableFileError, match="line 2: longer than"):
        read("title\n" + "x" * 5_000_000)
