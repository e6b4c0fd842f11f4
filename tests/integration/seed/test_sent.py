"""What the service sends for loaded books: the kind of their year, and rows of any length."""

import json
from collections.abc import Callable
from typing import Any

from protobufs import recommendations_pb2 as pb
from tests.support.service import SERVING, database_of, serving

CHARACTER = "\u4e66"
"""A character of three bytes."""

Load = Callable[..., Any]


def test_the_year_of_an_edition_is_sent_as_such_unless_the_first_publication_is_known(
    load: Load, database_url: str, shop: Callable[[], list[dict[str, Any]]]
) -> None:
    goodreads = (
        "Book Id,Title,Author,Additional Authors,ISBN,ISBN13,Year Published,Original Publication Year,Bookshelves\n"
        "1,Emma,Jane Austen,,,,2003,1815,read\n2,Dune,Frank Herbert,,,,1990,,read\n"
    )
    figures = load(goodreads, name="goodreads_library_export.csv").figures

    ids = {book["title"]: book["id"] for book in shop()}
    with serving(database_of(database_url)) as service:
        service.wait_until(SERVING)
        emma, dune = (service.stub.GetBook(pb.GetBookRequest(id=ids[title])).book for title in ("Emma", "Dune"))

    assert (emma.year, emma.is_edition_year, dune.year, dune.is_edition_year) == (1815, False, 1990, True)
    assert figures["columns"]["Bookshelves"] == "categories"
    assert figures["readings"] == {"read": 2}


def test_a_hundred_books_with_endless_names_and_categories_can_be_sent(load: Load, database_url: str) -> None:
    authors = [f"{number} {CHARACTER * 400}" for number in range(3_000)]
    categories = [f"{number} {CHARACTER * 400}" for number in range(2_000)]
    rows = [{"title": f"{n} {CHARACTER * 1_900}", "authors": authors, "categories": categories} for n in range(3)]
    rows += [{"title": f"{n} {CHARACTER * 1_900}", "authors": authors} for n in range(3, 100)]
    load("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), name="books.jsonl")

    with serving(database_of(database_url)) as service:
        service.wait_until(SERVING)
        books = service.stub.RecommendBooks(pb.RecommendBooksRequest(max_results=100)).books
        first = service.stub.GetBook(pb.GetBookRequest(id=min(book.id for book in books))).book

    assert len(books) == 100
    assert (len(first.categories), 1 <= len(first.authors) <= 10) == (1_000, True)
