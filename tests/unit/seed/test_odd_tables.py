"""Habits of other programs and of people in tables: separators, trailing delimiters, other digits, other materials."""

import io

import pytest

from seed.readers import table
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.isbn import isbn_13
from seed.record.model import RawRecord, Rejection, Skipped


def read(text: str, options: ReadOptions | None = None) -> list[RawRecord | Rejection | Skipped]:
    lines = Lines(io.BytesIO(text.encode()), name="some.csv")
    entries = table.read(lines, options or ReadOptions())
    return [entry for entry in entries if isinstance(entry, RawRecord | Rejection | Skipped)]


def book(text: str, options: ReadOptions | None = None) -> RawRecord:
    (entry,) = read(text, options)
    assert isinstance(entry, RawRecord)
    return entry


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ('title,tags\nEmma,"sea, glass"\n', ["sea", "glass"]),
        ('title,Keywords\nEmma,"Food, Wine; Sea"\n', ["Food, Wine", "Sea"]),
        ('title,tags\nEmma,"R&amp;B, jazz"\n', ["R&B", "jazz"]),
        ("""title,tags\nEmma,"['a, b']"\n""", ["a, b"]),
        ('title,genre\nEmma,"Food, Wine"\n', ["Food, Wine"]),
        ('title,categories\nEmma,"Food, Wine"\n', ["Food, Wine"]),
        ('title,tags,genre\nEmma,"a, b","Food, Wine"\n', ["a", "b", "Food, Wine"]),
    ],
)
def test_tags_are_also_separated_by_commas(text: str, categories: list[str]) -> None:
    assert [name.strip() for name in book(text).categories] == categories


def test_a_given_separator_keeps_the_commas_of_tags() -> None:
    given = ReadOptions(category_separator="|")

    assert book('title,tags\nEmma,"a, b|c"\n', given).categories == ["a, b", "c"]


@pytest.mark.parametrize(
    ("field", "authors"),
    [
        ("Holm, Mira & Vale, Jon", ["Holm, Mira", "Vale, Jon"]),
        ("Holm, Mira and Vale, Jon and Sand, Ivo", ["Holm, Mira", "Vale, Jon", "Sand, Ivo"]),
        ("Mira Holm & Jon Vale", ["Mira Holm", "Jon Vale"]),
        ("Department of Health and Safety, London", ["Department of Health and Safety, London"]),
        ("Holm, Mira", ["Holm, Mira"]),
    ],
)
def test_names_with_the_surname_first_may_be_joined_by_and(field: str, authors: list[str]) -> None:
    assert book(f'title,author\nEmma,"{field}"\n').authors == authors


def test_our_own_column_of_authors_is_only_split_at_its_separator() -> None:
    assert book('title,authors\nEmma,"Holm, Mira & Vale, Jon"\n').authors == ["Holm, Mira & Vale, Jon"]


@pytest.mark.parametrize(
    "text", ["title,author\nEmma,Jane,\n", "title,author,\nEmma,Jane\n", "title,author,\nEmma,Jane,\n"]
)
def test_a_delimiter_at_the_end_of_lines_is_no_field(text: str) -> None:
    assert (book(text).title, book(text).authors) == ("Emma", ["Jane"])


def test_fields_beyond_the_header_and_missing_ones_reject_their_row() -> None:
    reasons = [entry.reason for entry in read("title,author\nEmma,Jane,1815\nDune\n") if isinstance(entry, Rejection)]

    assert reasons == ["3 fields where the header has 2", "1 field where the header has 2"]


def test_full_width_digits_are_an_isbn() -> None:
    assert isbn_13("９７８-０３０６４０６１５７") == ("9780306406157", False)


def test_zoteros_articles_are_skipped() -> None:
    first, second = read('Key,Item Type,Title,Manual Tags\nA,book,Emma,"sea; glass"\nB,journalArticle,On Sand,\n')

    assert isinstance(first, RawRecord)
    assert [name.strip() for name in first.categories] == ["sea", "glass"]
    assert second == Skipped(3, "not a book: journalArticle")


def test_identifiers_of_google_books_have_an_isbn() -> None:
    field = "ISBN_13: 9780306406157, ISBN_10: 0306406152"
    (candidate,) = book(f'title,industryIdentifiers\nEmma,"{field}"\n').isbns

    assert isbn_13(candidate) == ("9780306406157", False)
