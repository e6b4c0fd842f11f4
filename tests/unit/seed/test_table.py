import csv
import io
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed.readers.errors import UnreadableFileError
from seed.readers.protocol import ReadOptions
from seed.record.model import RawRecord, Rejection
from tests.support.table_files import books, read

STEADY = settings(deadline=None, derandomize=True, database=None)
HEADER = ("key", "title", "authors", "year", "isbn", "language", "description", "cover_url", "categories")
FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30) | st.text(
    ' ;,\t|"\\\r\nab', max_size=12
)


@STEADY
@given(
    st.lists(st.lists(FIELD, min_size=9, max_size=9), min_size=1, max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from("\"'"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_reads_back_what_the_csv_module_writes(
    rows: list[list[str]], delimiter: str, quote: str, quoting: Literal[0, 1, 2], line_end: str
) -> None:
    # With other ends of lines Python's writer leaves line breaks within fields unquoted, if it may.
    quoting = quoting if line_end == "\r\n" else csv.QUOTE_ALL
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quotechar=quote, quoting=quoting, lineterminator=line_end)
    writer.writerows([HEADER, *rows])

    entries = books(file.getvalue(), ReadOptions(quote=quote), encoding="utf-8")

    assert [
        [book.key, book.title, ";".join(book.authors), book.year, book.isbns[0], book.language, book.description,
         book.cover_url, ";".join(book.categories)]
        for book in entries
    ] == [row for row in rows if any(map(str.strip, row))]  # fmt: skip


@STEADY
@given(st.lists(st.lists(FIELD, min_size=2, max_size=2), min_size=1, max_size=6))
def test_reads_back_escaped_quotes(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL).writerows([("key", "title"), *rows])

    entries = books(file.getvalue(), ReadOptions(escape="\\"), encoding="utf-8")

    assert [[book.key, book.title] for book in entries] == [row for row in rows if any(map(str.strip, row))]


@STEADY
@given(st.binary(max_size=300))
def test_any_bytes_are_rejections_or_one_clear_error(data: bytes) -> None:
    for body in (data, b"key,title\n" + data, b"key;title\n1;" + data):
        message = ""
        try:
            entries = read(body)
        except UnreadableFileError as error:
            message, entries = str(error), []
        assert all(isinstance(item, RawRecord | Rejection) for item in entries)
        assert not message or "some.csv" in message


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
    entries = read('key,title\n1,"two\r\nlines"\n2,"bro"ken\n3,too,many\n')

    assert [item.line for item in entries] == [2, 4, 5]
    assert [item.reason for item in entries if isinstance(item, Rejection)] == [
        "broken row: ',' expected after '\"'",
        "3 fields where the header has 2",
    ]
    assert [item.text for item in entries] == ['1,"two\r\nlines"', '2,"bro"ken', "3,too,many"]


def test_an_unclosed_quote_rejects_its_line_alone() -> None:
    entries = read('key,title\n1,Emma\n2,"Persuasion\n3,Lady Susan\n')

    assert [type(item) for item in entries] == [RawRecord, Rejection, RawRecord]
    assert [item.line for item in entries] == [2, 3, 4]
    assert isinstance(entries[1], Rejection)
    assert entries[1].is_unreadable


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        ("colour,writer\nEmma,Jane\n", "no column is named like a title"),
        ("\x00\x01\x02", "a binary file of an unknown kind"),
        ("title,authors\n", "a header but no rows"),
    ],
)
def test_a_file_without_a_table_of_books_is_one_clear_error(text: str, part: str) -> None:
    with pytest.raises(UnreadableFileError, match=part):
        read(text)


def test_a_missing_mapped_column_is_one_clear_error() -> None:
    with pytest.raises(UnreadableFileError, match=r"no column 'Nome'; it has: Name"):
        read("Name\nEmma\n", ReadOptions(columns={"title": ["Nome"]}))


def test_an_endless_line_is_one_clear_error() -> None:
    with pytest.raises(UnreadableFileError, match="line 2: longer than"):
        read("title\n" + "x" * 5_000_000)


def test_decodes_entities_before_splitting() -> None:
    (book,) = books("title,authors\nEmma,Simon &amp; Schuster; Jane &eacute;\n")

    assert book.authors == ["Simon & Schuster", " Jane é"]


def test_reads_lists_as_text() -> None:
    text = """title,authors,tags\nEmma,"['Austen, Jane', ""O'Neil""]","[""a"",""b""]"\nLady,[],[Anonymous]\n"""
    first, second = books(text)

    assert (first.authors, first.categories) == (["Austen, Jane", "O'Neil"], ["a", "b"])
    assert (second.authors, second.categories) == ([], ["[Anonymous]"])


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Book Title,Main Author,Published,Lang", "title authors year language"),
        ("NAME,Author_1,author-2,Year", "title authors authors year"),
        ("Titel,Verfasser,Erscheinungsjahr,Sprache", "title authors year language"),
        ("titre,Auteur(s),Année,Langue", "title authors year language"),
    ],
)
def test_recognises_columns_by_their_usual_names(header: str, fields: str) -> None:
    (book,) = books(f"{header}\n" + ",".join(f"{field} {place}" for place, field in enumerate(fields.split())) + "\n")

    assert book.title == "title 0"
    assert book.authors == [f"authors {place}" for place, field in enumerate(fields.split()) if field == "authors"]
    assert book.year.startswith("year")


def test_an_absent_column_is_not_present() -> None:
    (book,) = books("title,year\nEmma,1815\n")

    assert book.present == {"year"}


def test_a_field_of_more_than_100_lines_rejects_its_first_line_and_reading_goes_on() -> None:
    rows = "".join(f"{number},Book {number}\n" for number in range(300))
    entries = read(f'key,title\nx,"Unclosed\n{rows}y,"Other" z\n')

    rejections = [entry for entry in entries if isinstance(entry, Rejection)]
    assert [(entry.line, entry.is_unreadable) for entry in rejections] == [(2, True), (303, False)]
    assert sum(isinstance(entry, RawRecord) for entry in entries) == 300


def test_a_quote_that_takes_in_whole_rows_rejects_its_line_alone() -> None:
    text = 'a,title,c,d\n1,"Emma,x,y\n2,Persuasion,x,y\n3,Lady Susan,x,y\n4,Sanditon",x,y\n'

    entries = read(text)

    assert [entry.line for entry in entries if isinstance(entry, Rejection)] == [2]
    assert [entry.title for entry in entries if isinstance(entry, RawRecord)][:2] == ["Persuasion", "Lady Susan"]
