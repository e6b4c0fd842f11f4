"""Files as librarians, booksellers and students with a spreadsheet have them, checked as books."""

import json

import pytest

from seed.readers.errors import UnreadableFileError
from seed.record.model import Record, Rejection, Skipped
from tests.support.ordinary_files import books, entries, skipped


@pytest.mark.parametrize("row", ["Total,,", "TOTAL:,,2", "Grand total,,", "Summe,,12", "Total: 2,,", "---,---,---"])
def test_sums_and_rules_are_no_books(row: str) -> None:
    text = f"title,author,year\nEmma,Jane Austen,1815\n{row}\n"

    assert [book.title for book in books(text)] == ["Emma"]
    assert len(skipped(text)) == 1


def test_a_book_named_total_is_a_book() -> None:
    assert [book.title for book in books("title,author\nTotal,Jane Doe\nTotal Recall,\n-,Jane Doe\n")] == [
        "Total", "Total Recall", "-",
    ]  # fmt: skip


def test_reads_a_table_of_markdown() -> None:
    text = "| Title | Author |\n|:---|---:|\n| Emma | Jane Austen |\n"

    assert [(book.title, book.authors) for book in books(text)] == [("Emma", ("Jane Austen",))]


@pytest.mark.parametrize(
    ("year", "expected"),
    [("2020s", None), ("1920's", None), ("1920er", None), ("1999", 1999)],
)
def test_a_decade_is_no_year(year: str, expected: int | None) -> None:
    (book,) = books(f'title,year\nEmma,"{year}"\n')

    assert book.year == expected


@pytest.mark.parametrize("isbn", ["9 780 306 40615 7", "978 0 306 40615 7", "9-780-306-40615-7"])
def test_an_isbn_may_have_spaces_anywhere(isbn: str) -> None:
    (book,) = books(f"title,isbn\nEmma,{isbn}\n")

    assert book.isbn == "9780306406157"


@pytest.mark.parametrize(
    ("title", "expected"),
    [("{Dune}", "Dune"), ("The {C}ity of {G}od", "The City of God"), ("a { b", "a { b"), ("{}", "{}")],
)
def test_braces_of_bibtex_are_removed(title: str, expected: str) -> None:
    (book,) = books(f"title,author\n{title},Someone\n")

    assert book.title == expected


@pytest.mark.parametrize("header", ["TITLE (EN),AUTHOR (EN)", "Title [en],Author [main]", "title_en,author_en"])
def test_a_header_may_have_a_language_behind_it(header: str) -> None:
    (book,) = books(f"{header}\nEmma,Jane Austen\n")

    assert (book.title, book.authors) == ("Emma", ("Jane Austen",))


@pytest.mark.parametrize(
    "above",
    ["Library export 2024-01-01\n\n", "Library export,,\n,,\n", '"Smith, Jones & Co"\nAll our books, sorted\n\n'],
)
def test_lines_above_the_header_are_skipped(above: str) -> None:
    text = f"{above}Title,Author,Year\nEmma,Jane Austen,1815\n"

    assert [(book.title, book.authors, book.year) for book in books(text)] == [("Emma", ("Jane Austen",), 1815)]
    assert skipped(text) == ["line above the header"] * sum(line.strip(",") != "" for line in above.splitlines())


@pytest.mark.parametrize(
    ("row", "reason"),
    [("Title,Author,Year", "the header again"), ("Generated on 2024-01-01 by Shelf,,", "a remark of the program")],
)
def test_rows_of_programs_are_no_books(row: str, reason: str) -> None:
    text = f"Title,Author,Year\nEmma,Jane Austen,1815\n{row}\n"

    assert ([book.title for book in books(text)], skipped(text)) == (["Emma"], [reason])


@pytest.mark.parametrize(
    ("header", "field", "categories"),
    [
        ("Genre", "Fiction | Classics", ["Fiction", "Classics"]),
        ("Genre", "Fiction\nClassics", ["Fiction", "Classics"]),
        ("Tags", "#classic #romance", ["classic", "romance"]),
        ("categories", "A|B", ["A|B"]),
    ],
)
def test_styles_of_several_categories(header: str, field: str, categories: list[str]) -> None:
    (book,) = books(f'Title,{header}\nEmma,"{field}"\n')

    assert list(book.categories) == categories


@pytest.mark.parametrize("header", ["Book,Writer", "Product Name,Author", "Libro,Autor/a", "Buch,Autor"])
def test_more_names_of_columns(header: str) -> None:
    (book,) = books(f"{header}\nEmma,Jane Austen\n")

    assert (book.title, book.authors) == ("Emma", ("Jane Austen",))


def test_reads_csl_json() -> None:
    item = {
        "id": "a", "title": "Emma", "author": [{"family": "Austen", "given": "Jane"}],
        "issued": {"date-parts": [[1815, 12]]},
    }  # fmt: skip
    (book,) = books(json.dumps([item]))

    assert (book.authors, book.year, book.is_edition_year) == (("Jane Austen",), 1815, True)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "before", [{}, {"status": "ok", "page": 1, "next": None}], ids=["nothing else", "with other members"]
)
def test_reads_the_books_of_an_array_within_an_object(before: dict[str, object], indent: int | None) -> None:
    emma = {"title": "Emma", "authors": [{"name": "Jane Austen"}]}
    document = before | {"docs": [emma, {"title": "Persuasion"}], "total": 2, "facets": ["novel"]}

    items = entries(json.dumps(document, indent=indent))

    assert [entry.title for entry in items if isinstance(entry, Record)] == ["Emma", "Persuasion"]
    beside = [entry for entry in items if isinstance(entry, Skipped)]
    assert [entry.reason for entry in beside] == ["a value beside the books"] * (len(before) + 1)
    (rejected,) = (entry for entry in items if isinstance(entry, Rejection))
    assert rejected.text == '"novel"'


@pytest.mark.parametrize(
    "book",
    [
        {"title": "Emma", "authors": [{"name": "Jane Austen"}]},
        {"authors": [{"name": "Jane Austen"}], "title": "Emma"},
        {"id": 1, "title": "Emma", "editions": [{"publisher": "John Murray"}]},
        {"numbers": [{"isbn": "9780141439587"}], "title": "Emma"},
    ],
)
def test_a_book_with_an_array_of_objects_is_a_book(book: dict[str, object]) -> None:
    (read_book,) = books(json.dumps(book))

    assert read_book.title == "Emma"


@pytest.mark.parametrize("cut", ["]}", "}"], ids=["in the array", "behind it"])
def test_an_object_that_ends_within_its_array_is_damaged(cut: str) -> None:
    *_, last = entries('{"books": [{"title": "Emma"}]}'.removesuffix(cut))

    assert isinstance(last, Rejection)
    assert last.is_unreadable
    assert last.reason == f"the document ends without {cut[0]!r}"


def test_the_date_of_a_loan_is_no_year_of_a_book() -> None:
    (book,) = books("Title,Author,Issued,Due\nEmma,Jane Austen,2021-05-01,2021-06-01\n")

    assert book.year is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("@book{emma,\n title = {Emma}\n}\n", "BibTeX"),
        ("TY  - BOOK\nTI  - Emma\n", "RIS"),
        ("<!DOCTYPE html>\n<table>", "HTML"),
    ],
)
def test_formats_that_are_not_read_are_named(text: str, kind: str) -> None:
    with pytest.raises(UnreadableFileError, match=f"some.file is {kind}, which is not read; export it as CSV"):
        entries(text)
