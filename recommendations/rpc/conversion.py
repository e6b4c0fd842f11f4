"""Converts rows to protobuf messages. Setting fields one by one costs half as much as passing them to constructors."""

from collections.abc import Iterable

from protobufs import recommendations_pb2 as pb
from recommendations.domain.page_draw import Page
from recommendations.storage.queries import BookDetails, FoundBook, Shelf
from recommendations.storage.statements import NAME_SEPARATOR


def add_books(to: "pb.RecommendBooksResponse | pb.Shelf", rows: Iterable[FoundBook]) -> None:
    """Add the books to the message, in order."""
    add = to.books.add
    for row in rows:
        book = add()
        _, book.id, book.title, authors, year, cover_url, language = row[:7]
        if authors:
            book.authors.extend(authors.split(NAME_SEPARATOR))
        if year is not None:
            book.year = year
        if cover_url:
            book.cover_url = cover_url
        if language is not None:
            book.language = language


def books_response(page: Page) -> pb.RecommendBooksResponse:
    """Return a page as the response of RecommendBooks."""
    response = pb.RecommendBooksResponse(page_token=page.page_token, next_page_token=page.next_page_token)
    _set_category(response.category, page.shelf)
    add_books(response, page.books)
    return response


def add_shelf(to: pb.RecommendShelvesResponse, page: Page) -> None:
    """Add a page of one shelf to the response of RecommendShelves."""
    shelf = to.shelves.add(page_token=page.page_token, next_page_token=page.next_page_token)
    _set_category(shelf.category, page.shelf)
    add_books(shelf, page.books)


def _set_category(category: pb.Category, shelf: Shelf) -> None:
    category.slug = shelf.slug
    category.name = shelf.name
    category.book_count = shelf.book_count


def book_response(details: BookDetails) -> pb.GetBookResponse:
    """Return a book as the response of GetBook."""
    book = pb.Book(
        id=details.id,
        title=details.title,
        authors=details.authors,
        year=details.year,
        cover_url=details.cover_url or "",
        isbn=details.isbn,
        language=details.language,
        description=details.description,
    )
    for slug, name, book_count in details.categories:
        book.categories.add(slug=slug, name=name, book_count=book_count)
    return pb.GetBookResponse(book=book)
