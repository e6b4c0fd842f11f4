"""Lists of authors and categories as other programs join them."""

import json

import pytest

from tests.support.ordinary_files import books, skipped


@pytest.mark.parametrize(
    ("header", "field", "authors"),
    [
        ("Title,Authors,Pages", "Neil Gaiman and Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("Title,Authors,Type", "Knuth, D. and Graham, Ron and Patashnik, Oren",
         ["Knuth, D.", "Graham, Ron", "Patashnik, Oren"]),
        ("title,authors,average_rating", "J.K. Rowling/Mary GrandPré", ["J.K. Rowling", "Mary GrandPré"]),
        ("title,authors,year", "Neil Gaiman and Terry Pratchett", ["Neil Gaiman and Terry Pratchett"]),
        ("Title,Author,Year", "Eco, Umberto//Weaver, William", ["Eco, Umberto", "Weaver, William"]),
        ("Name,Author,Score", "Min Jin Lee (https://www.notion.so/Min-Jin-Lee-0123?pvs=21)", ["Min Jin Lee"]),
        ("Name,Author,Score", "Ann Lee (https://www.notion.so/a), Bo Poe (https://www.notion.so/b)",
         ["Ann Lee", "Bo Poe"]),
        ("Name,Author,Created", "Neil Gaiman,Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("Name,Author,Created", "Gaiman,Neil", ["Gaiman,Neil"]),
        ('Title,Author,"Author (Last, First)"', "Neil Gaiman, Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("Title,Author,Author Sort", "Martin Luther King, Jr.", ["Martin Luther King, Jr."]),
        ("dc.title,dc.contributor.author,id", "Holm, Mira::1c0-ffee::600||Vale, Jon::-1::600",
         ["Holm, Mira", "Vale, Jon"]),
        ("书名,作者,评分", "[哥伦比亚] 加西亚·马尔克斯 / 范晔", ["[哥伦比亚] 加西亚·马尔克斯", "范晔"]),
        ("書名,著者名,発行日", "村上春樹、柴田元幸", ["村上春樹", "柴田元幸"]),
    ],
)  # fmt: skip
def test_styles_of_several_authors(header: str, field: str, authors: list[str]) -> None:
    (book,) = books(f'{header}\nEmma,"{field}",\n')

    assert list(book.authors) == authors


@pytest.mark.parametrize(
    ("header", "field", "categories"),
    [
        ("Genres", "Fantasy, Adventure", ["Fantasy", "Adventure"]),
        ("Genre(s)", "Science Fiction,Utopia", ["Science Fiction", "Utopia"]),
        ("Category", "Science Fiction,Utopia", ["Science Fiction", "Utopia"]),
        ("Category", "Art, Modern", ["Art, Modern"]),
        ("Category", "Over 1,000 places", ["Over 1,000 places"]),
        ("Categories", "Books > Fiction, Books > Classics", ["Books > Fiction", "Books > Classics"]),
        ("Categories", "Fiction|Classics", ["Fiction", "Classics"]),
        ("Tags", "sea (https://www.notion.so/a), glass (https://www.notion.so/b)", ["sea", "glass"]),
    ],
)
def test_styles_of_several_categories(header: str, field: str, categories: list[str]) -> None:
    (book,) = books(f'Name,{header},Score\nEmma,"{field}",\n')

    assert list(book.categories) == categories


@pytest.mark.parametrize(
    ("header", "rows", "authors"),
    [
        ("Title,Author,Editor", 'A,"Doe, Jane","Roe, Max"\nB,,"Bunnin, Nicholas; Tsui, Ed"',
         [("Doe, Jane",), ("Bunnin, Nicholas", "Tsui, Ed")]),
        ("Title,Contributor 1,Contributor 2", "A,Ann Lee,Bo Poe\nB,Ann Lee,", [("Ann Lee", "Bo Poe"), ("Ann Lee",)]),
        ("Titel,Hrsg.", "A,Ann Lee\nB,", [("Ann Lee",), ()]),
    ],
)  # fmt: skip
def test_editors_are_the_authors_of_a_book_that_has_none(
    header: str, rows: str, authors: list[tuple[str, ...]]
) -> None:
    read = books(f"{header}\n{rows}\n")

    assert [book.authors for book in read] == authors
    assert all("authors" in book.present for book in read)


@pytest.mark.parametrize("column", ["Item Type", "Reference Type", "Type"])
@pytest.mark.parametrize("kind", ["journalArticle", "Journal Article", "Web Page", "bookSection"])
def test_other_materials_of_reference_managers_are_skipped(column: str, kind: str) -> None:
    text = f"{column},Title,Author\nBook,Emma,Jane Austen\n{kind},On Sand,Ivo Sand\n"

    assert [book.title for book in books(text)] == ["Emma"]
    assert skipped(text) == [f"not a book: {kind}"]


@pytest.mark.parametrize(
    ("field", "authors"),
    [
        ("Neil Gaiman, illustrated by Dave McKean", ["Neil Gaiman"]),
        ("By Neil Gaiman; Illustrated by Dave McKean", ["Neil Gaiman"]),
        ("Homer, translated by Emily Wilson", ["Homer"]),
        ("edited by Ann Lee", ["Ann Lee"]),
        ("Ann Lee; translated and edited by Bo Poe", ["Ann Lee", "Bo Poe"]),
        ("Neil Gaiman + Terry Pratchett", ["Neil Gaiman", "Terry Pratchett"]),
        ("Gabriel García Márquez y Mario Vargas Llosa", ["Gabriel García Márquez", "Mario Vargas Llosa"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Илья Ильф и Евгений Петров", ["Илья Ильф", "Евгений Петров"]),
        ("Maj Sjöwall och Per Wahlöö", ["Maj Sjöwall", "Per Wahlöö"]),
    ],
)
def test_who_did_what_may_stand_before_the_name(field: str, authors: list[str]) -> None:
    (book,) = books(f'Title,Author,Pages\nEmma,"{field}",\n')

    assert list(book.authors) == authors


def test_texts_in_json_are_split_as_in_a_table() -> None:
    document = [
        {"Title": "Good Omens", "Author": "Neil Gaiman and Terry Pratchett", "Genres": "Fantasy, Humour", "Pages": 9},
        {"Title": "Companion", "Author": None, "Editor": "Ann Lee & Bo Poe", "Genres": ["Art, Modern"], "Pages": 9},
        {"Title": "Emma", "Author": ["Jane Austen"], "Editor": "Ann Lee", "Genres": [], "Pages": 9},
    ]
    omens, companion, emma = books(json.dumps(document))

    assert (omens.authors, omens.categories) == (("Neil Gaiman", "Terry Pratchett"), ("Fantasy", "Humour"))
    assert (companion.authors, companion.categories) == (("Ann Lee", "Bo Poe"), ("Art, Modern",))
    assert (emma.authors, emma.categories) == (("Jane Austen",), ())
