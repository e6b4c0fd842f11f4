"""The ways in which files write who made a book."""

import json
from collections import Counter
from collections.abc import Callable

import pytest

from seed.record.model import Record, Rejection
from tests.support.ordinary_files import books, entries


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


@pytest.mark.parametrize(
    "author",
    [
        {"firstName": "Jane;Walter", "lastName": "Austen;Scott"},
        {"author1 first": "Jane", "author1 last": "Austen", "author2 first": "Walter", "author2 last": "Scott"},
    ],
)
def test_one_object_of_json_may_hold_several_authors(author: dict[str, object]) -> None:
    (book,) = books(json.dumps({"title": "Letters", "authors": [author]}))

    assert book.authors == ("Jane Austen", "Walter Scott")


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


@pytest.mark.parametrize("field", ["{} x", "a{}(b", "a,{}b", "a{}/b|{}", "{}{{{{{}"])
def test_long_runs_of_blanks_take_no_quadratic_time(field: str) -> None:
    blanks = " " * 200_000
    (entry,) = entries(f'Title,Author\nEmma,"{field.format(blanks, blanks)}"\n')

    assert isinstance(entry, Record)


def test_a_long_name_of_a_column_takes_no_quadratic_time() -> None:
    (book,) = books(f"Title,a{' ' * 200_000}(b\nEmma,x\n")

    assert book.title == "Emma"
