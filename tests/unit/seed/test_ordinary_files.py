"""Files as librarians, booksellers and students with a spreadsheet have them: read, cleaned, and checked as books."""

import io
import json
from collections import Counter
from collections.abc import Callable

import pytest

from seed.readers.errors import UnreadableFileError
from seed.readers.formats import FORMATS, detect_format
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.cleaning import Cleaner
from seed.record.model import Record, Rejection, Skipped

Entry = Record | Rejection | Skipped


def entries(text: str, notes: Counter[str] | None = None) -> list[Entry]:
    lines = Lines(io.BytesIO(text.encode()), name="some.file")
    options = ReadOptions()
    cleaner = Cleaner(this_year=2026, notes=Counter() if notes is None else notes)
    return list(cleaner.clean_all(FORMATS[detect_format(lines, options)](lines, options)))


def books(text: str) -> list[Record]:
    read = entries(text)
    assert not [entry for entry in read if isinstance(entry, Rejection)]
    return [entry for entry in read if isinstance(entry, Record)]


def skipped(text: str) -> list[str]:
    return [entry.reason for entry in entries(text) if isinstance(entry, Skipped)]


@pytest.mark.parametrize(
    "author",
    [
        {"firstName": "Jane", "lastName": "Austen"},
        {"given": "Jane", "family": "Austen"},
        {"first_name": "Jane", "surname": "Austen"},
        {"literal": "Jane Austen"},
        {"full_name": "Jane Austen", "id": 7},
        {"author": {"name": "Jane Austen"}},
    ],
)
@pytest.mark.parametrize("shape", [lambda author: author, lambda author: [author]])
def test_authors_of_json_may_be_objects(author: dict[str, object], shape: Callable[[object], object]) -> None:
    (book,) = books(json.dumps({"title": "Emma", "authors": shape(author)}))

    assert book.authors == ("Jane Austen",)


def test_a_json_author_whose_members_are_unknown_rejects_its_book() -> None:
    (entry,) = entries(json.dumps({"title": "Emma", "authors": [{"colour": "red"}]}))

    assert isinstance(entry, Rejection)
    assert entry.reason == "an author is an object without a name"


@pytest.mark.parametrize(
    ("header", "row", "authors"),
    [
        ("Title,Author First,Author Last", "Emma,Jane,Austen", ["Jane Austen"]),
        ("Title,Author Last Name,Author First Name", "Emma,Austen,Jane", ["Jane Austen"]),
        ("Title,First Name,Last Name", "Emma,Jane,Austen", ["Jane Austen"]),
        ("Title,Surname,Forename", "Emma,Austen,Jane", ["Jane Austen"]),
        ("Titel,Vorname,Nachname", "Emma,Jane,Austen", ["Jane Austen"]),
        ("Titre,Nom,Prénom", "Emma,Austen,Jane", ["Jane Austen"]),
        ("Title,Author Last", "Emma,Austen", ["Austen"]),
        ("Title,Author1 First,Author1 Last,Author2 First,Author2 Last", "Emma,Jane,Austen,,Homer",
         ["Jane Austen", "Homer"]),
        ("Title,Author First,Author Last", "Emma,Jane; Mary,Austen; Shelley", ["Jane Austen", "Mary Shelley"]),
        ("Title,Author,First Name,Last Name", "Emma,Jane Austen,Bob,Borrower", ["Jane Austen"]),
        ('Title,"Author (Last, First)"', 'Emma,"Austen, Jane"', ["Austen, Jane"]),
    ],
)  # fmt: skip
def test_first_and_last_names_in_two_columns_are_one_author(header: str, row: str, authors: list[str]) -> None:
    (book,) = books(f"{header}\n{row}\n")

    assert list(book.authors) == authors


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


@pytest.mark.parametrize(
    ("field", "authors"),
    [
        ("Jane Austen (Author)", ["Jane Austen"]),
        ("Jane Austen (Author), Hugh Thomson (Illustrator)", ["Jane Austen"]),
        ("Hugh Thomson (Illustrator)", ["Hugh Thomson"]),
        ("Jane Austen; Hugh Thomson [Illustrator]; Mary Shelley (Author)", ["Jane Austen", "Mary Shelley"]),
        ("Mary Jones (ed.); John Smith (Hrsg.)", ["Mary Jones", "John Smith"]),
        ("Ann Lee (Author, Editor)", ["Ann Lee"]),
        ("by Jane Austen", ["Jane Austen"]),
        ("E. T. A. (Ernst) Hoffmann", ["E. T. A. (Ernst) Hoffmann"]),
        ("Neil Gaiman & Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("Neil Gaiman and Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("A. B. Smith, Carl Jones & Dora van Brown", ["A. B. Smith", "Carl Jones", "Dora van Brown"]),
        ("Holm, Mira & Vale, Jon", ["Holm, Mira", "Vale, Jon"]),
        ("Simon & Schuster", ["Simon & Schuster"]),
        ("Department of Health & Safety", ["Department of Health & Safety"]),
        ("National Research Council & Oxford University Press",
         ["National Research Council & Oxford University Press"]),
    ],
)  # fmt: skip
def test_roles_and_joined_names(field: str, authors: list[str]) -> None:
    (book,) = books(f'Title,Author\nEmma,"{field}"\n')

    assert list(book.authors) == authors


def test_counts_people_who_are_left_out_because_of_their_role() -> None:
    notes: Counter[str] = Counter()

    entries('title,authors\nEmma,"Jane Austen (Author), Hugh Thomson (Illustrator)"\n', notes)

    assert notes["illustrator, translator or narrator, not an author"] == 1


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
    ("field", "authors"),
    [
        ("Neil Gaiman\nTerry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("Neil Gaiman | Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("Neil Gaiman/Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("Neil Gaiman, Terry Pratchett, Ann Lee", ["Neil Gaiman", "Terry Pratchett", "Ann Lee"]),
        ("Vargas Llosa, Mario Jorge", ["Vargas Llosa, Mario Jorge"]),
        ("Gaiman, Neil, and Terry Pratchett", ["Gaiman, Neil", "Terry Pratchett"]),
        ("Jane Doe et al.", ["Jane Doe"]),
        ("Shelley, Mary Wollstonecraft, 1797-1851", ["Mary Wollstonecraft Shelley"]),
        ("AC/DC", ["AC/DC"]),
        ("Unknown", ["Unknown"]),
    ],
)
def test_styles_of_several_authors(field: str, authors: list[str]) -> None:
    (book,) = books(f'Title,Author\nEmma,"{field}"\n')

    assert list(book.authors) == authors


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
