"""Converts rows to protobuf messages. Setting fields one by one costs half as much as passing them to constructors."""

from collections.abc import Iterable

from protobufs import recommendations_pb2 as pb
from recommendations.domain.model import BookDetails, BookRow, CategoriesPage, Category, Page, ShelvesPage
from recommendations.domain.page_token import encode_list


def books_response(page: Page) -> pb.RecommendBooksResponse:
    """Return a page as the response of RecommendBooks."""
    response = pb.RecommendBooksResponse(page_token=page.page_token, next_page_token=page.next_page_token)
    _set_category(response.category, page.category)
    _add_books(response, page.books)
    return response


def shelves_response(drawn: ShelvesPage) -> pb.RecommendShelvesResponse:
    """Return draws from several categories as the response of RecommendShelves."""
    response = pb.RecommendShelvesResponse(page_token=drawn.page_token)
    for page in drawn.pages:
        shelf = response.shelves.add(page_token=page.page_token, next_page_token=page.next_page_token)
        _set_category(shelf.category, page.category)
        _add_books(shelf, page.books)
    if drawn.next_cursor:
        book_count, slug = drawn.next_cursor
        response.next_page_token = encode_list("shelves", str(book_count), slug)
    return response


def categories_response(listed: CategoriesPage) -> pb.ListCategoriesResponse:
    """Return a part of the list of categories as the response of ListCategories."""
    response = pb.ListCategoriesResponse(initials=listed.initials)
    for slug, name, book_count in listed.categories:
        response.categories.add(slug=slug, name=name, book_count=book_count)
    if listed.next_cursor:
        response.next_page_token = encode_list("categories", *listed.next_cursor)
    return response


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
        is_edition_year=details.is_edition_year,
    )
    for slug, name, book_count in details.categories:
        book.categories.add(slug=slug, name=name, book_count=book_count)
    for source, key in details.sources:
        book.sources.add(source=source, key=key)
    return pb.GetBookResponse(book=book)


def _add_books(message: "pb.RecommendBooksResponse | pb.Shelf", books: Iterable[BookRow]) -> None:
    """Add books to the message, in order."""
    add = message.books.add
    for book_id, title, authors, year, cover_url, language, isbn in books:
        book = add()
        book.id = book_id
        book.title = title
        if authors:
            book.authors.extend(authors)
        if year is not None:
            book.year = year
        if cover_url:
            book.cover_url = cover_url
        if language is not None:
            book.language = language
        if isbn is not None:
            book.isbn = isbn


def _set_category(message: pb.Category, category: Category) -> None:
    message.slug, message.name, message.book_count = category
