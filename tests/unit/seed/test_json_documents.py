"""JSON as services answer it and programs write it: books in books, in pages and in lists; values as objects."""

import json

import pytest

from seed.record.model import Record, Rejection, Skipped
from tests.support.ordinary_files import books, entries

EMMA = {"title": "Emma", "authors": ["Jane Austen"]}
DUNE = {"title": "Dune", "authors": ["Frank Herbert"]}
AUTHORS = ["David A. Vise", "Mark Malseed"]
GOOGLE = {
    "kind": "books#volume",
    "id": "zyTCAlFPjgYC",
    "volumeInfo": {
        "title": "The Google story",
        "authors": AUTHORS,
        "publishedDate": "2005-11-15",
        "industryIdentifiers": [
            {"type": "OTHER", "identifier": "OCLC:0306406152"},
            {"type": "ISBN_10", "identifier": "055380457X"},
        ],
        "imageLinks": {"smallThumbnail": "http://books.example/s", "thumbnail": "http://books.example/t"},
        "language": "en",
    },
    "saleInfo": {"country": "US"},
}


def titles(document: object, indent: int | None = None) -> list[str]:
    return [book.title for book in books(json.dumps(document, indent=indent))]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("document", [GOOGLE, [GOOGLE], {"kind": "books#volumes", "totalItems": 1, "items": [GOOGLE]}])
def test_reads_volumes_of_google_books(document: object, indent: int | None) -> None:
    (book,) = books(json.dumps(document, indent=indent))

    assert (book.key, book.title, list(book.authors)) == ("zyTCAlFPjgYC", "The Google story", AUTHORS)
    assert (book.year, book.isbn, book.language) == (2005, "9780553804577", "en")
    assert book.cover_url == "http://books.example/t"


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "document",
    [
        {"status": "ok", "message": {"facets": {}, "total-results": 2, "items": [EMMA, DUNE]}},
        {"num_results": 2, "results": {"list_name": "Fiction", "books": [EMMA, DUNE]}},
        {"_shards": {"total": 1}, "hits": {"total": {"value": 2}, "hits": [{"_source": EMMA}, {"_source": DUNE}]}},
        {"data": {"books": {"edges": [{"node": EMMA}, {"node": DUNE}]}}},
        {"data": {"me": [{"user_books": [{"rating": 4, "book": EMMA}, {"rating": 5, "book": DUNE}]}]}},
        {"data": [{"id": "1", "attributes": EMMA}, {"id": "2", "attributes": DUNE}], "meta": {"total": 2}},
        {"records": [{"id": "r1", "fields": EMMA}, {"id": "r2", "fields": DUNE}], "offset": "x"},
        {"results": [{"id": "1", "media": {"metadata": EMMA}}, {"id": "2", "media": {"metadata": DUNE}}]},
        {"name": "My shelf", "books": [EMMA, DUNE]},
        {"ISBN:1": EMMA, "ISBN:2": DUNE},
        {"total": 2, "books": {"1": EMMA, "2": DUNE}},
    ],
)  # fmt: skip
def test_finds_the_books_within_a_document(document: object, indent: int | None) -> None:
    assert titles(document, indent) == ["Emma", "Dune"]


@pytest.mark.parametrize("separator", ["\n", "\n\n", " "])
def test_reads_objects_over_several_lines_one_after_another(separator: str) -> None:
    text = separator.join(json.dumps(book, indent=2) for book in (EMMA, DUNE))

    assert [book.title for book in books(text)] == ["Emma", "Dune"]


def test_reads_json_lines_of_wrapped_books() -> None:
    text = "\n".join(json.dumps({"rating": 4, "book": book}) for book in (EMMA, DUNE))

    assert [book.title for book in books(text)] == ["Emma", "Dune"]


@pytest.mark.parametrize(
    "book",
    [
        {"author": {"name": "Jane Austen", "title": "Miss"}, "isbn": "9780141439587"},
        {"series": {"title": "Novels"}, "id": 7},
        {"isbn": "9780141439587", "publisher": {"name": "Penguin"}},
        {"bbid": "b1", "authorCredit": {"names": [{"name": "Jane Austen"}]}},
    ],
)
def test_a_title_of_something_else_is_none_of_the_book(book: dict[str, object]) -> None:
    (entry,) = entries(json.dumps(book))

    assert isinstance(entry, Rejection)
    assert entry.reason == "no title"


def test_reads_schema_orgs_book() -> None:
    document = {
        "@context": "https://schema.org", "@type": "Book", "name": "Emma",
        "author": {"@type": "Person", "name": "Jane Austen"}, "datePublished": "1815-12-23",
        "isbn": "9780141439587", "inLanguage": {"@type": "Language", "name": "English"},
        "image": {"@type": "ImageObject", "url": "https://shop.example/emma.jpg"},
    }  # fmt: skip
    (book,) = books(json.dumps(document, indent=2))

    assert (book.title, book.authors, book.year, book.isbn) == ("Emma", ("Jane Austen",), 1815, "9780141439587")
    assert (book.language, book.cover_url) == ("en", "https://shop.example/emma.jpg")


@pytest.mark.parametrize(
    "identifiers",
    [
        {"isbn": "9780141439587", "goodreads": "0306406152"},
        {"isbn_10": [], "isbn_13": ["9780141439587"], "oclc": ["0306406152"]},
        [{"type": "oclc", "val": "0306406152"}, {"type": "isbn", "val": "9780141439587"}],
        ["oclc:0306406152", "urn:isbn:9780141439587"],
    ],
)
def test_only_an_identifier_that_says_so_is_an_isbn(identifiers: object) -> None:
    (book,) = books(json.dumps(EMMA | {"identifiers": identifiers}))

    assert book.isbn == "9780141439587"


@pytest.mark.parametrize(
    ("languages", "tag"),
    [([{"key": "/languages/ger"}], "de"), ([{"lang_code": "deu"}], "de"), ({"code": "de"}, "de"), ("German", "de")],
)
def test_a_language_may_be_an_object(languages: object, tag: str) -> None:
    (book,) = books(json.dumps(EMMA | {"languages": languages}))

    assert book.language == tag


def test_reads_mongodbs_extended_json() -> None:
    book = EMMA | {"_id": {"$oid": "5f3a"}, "publishedDate": {"$date": "1815-12-23T00:00:00Z"}}
    (read,) = books(json.dumps(book) + "\n")

    assert (read.key, read.year) == ("5f3a", 1815)


def test_what_stands_beside_the_books_is_skipped() -> None:
    document = {"meta": {"page": 1}, "books": [EMMA], "links": {"next": None}}

    assert [type(entry) for entry in entries(json.dumps(document))] == [Skipped, Record, Skipped]


def test_a_large_document_is_read_piece_by_piece() -> None:
    shelf = [{"title": f"Book {number}", "description": "x" * 1_000} for number in range(5_000)]

    assert len(titles({"data": {"total": 5_000, "books": shelf}})) == 5_000
