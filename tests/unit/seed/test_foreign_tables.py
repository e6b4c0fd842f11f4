"""Tables that nobody here has made: their headers, their empty rows and what spreadsheets did to them."""

import pytest

from tests.support.ordinary_files import books, skipped


@pytest.mark.parametrize(
    "header",
    [
        'No.,"Year of\nPublication",Title,Author',
        'No.,"Year\r\npublished","Title",Author',
        'A "note"\n\nNo,Year,Title,Author',
        'Books up to 12" high\nNo,Year,"Title",Author',
    ],
)
def test_names_in_a_header_may_have_line_breaks(header: str) -> None:
    (book,) = books(f"{header}\n1,1815,Emma,Jane Austen\n")

    assert (book.title, book.authors, book.year) == ("Emma", ("Jane Austen",), 1815)


@pytest.mark.parametrize("rows", [",,\nEmma,Jane Austen,1815\n", "Emma,Jane Austen,1815\n,,\n , ,\n,,\n"])
def test_empty_rows_of_a_spreadsheet_are_skipped(rows: str) -> None:
    text = f"Title,Author,Year\n{rows}"

    assert [book.title for book in books(text)] == ["Emma"]
    assert set(skipped(text)) == {"an empty row"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Book Id,Title,Author,Additional Authors,ISBN13,Bookshelves", "7,Emma,Jane Austen,,9780141439587,classics"),
        ("Title,Authors,ISBN/UID,Read Status,Tags", "Emma,Jane Austen,9780141439587,read,classics"),
        ("item_type,title,creators,ean_isbn13,tags", "book,Emma,Jane Austen,9780141439587,classics"),
        ("Book Id,Title,Primary Author,Collections,ISBN,Tags", "7,Emma,Jane Austen,Mine,[9780141439587],classics"),
    ],
)
def test_an_export_may_have_been_saved_by_a_spreadsheet(header: str, row: str, delimiter: str) -> None:
    (book,) = books(f"{header}\n{row}\n".replace(",", delimiter))

    assert (book.title, book.authors, book.isbn) == ("Emma", ("Jane Austen",), "9780141439587")
    assert book.categories == ("classics",)
