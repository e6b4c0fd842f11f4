"""Converts protobuf messages to domain objects."""

from functools import lru_cache

from marketplace.domain import (
    Book,
    BookRecommendation,
    BookSource,
    BooksPage,
    CategoriesPage,
    Category,
    Shelf,
    ShelvesPage,
)
from protobufs import recommendations_pb2 as pb

_MAX_BOOKS = 20_000  # as many as cached cards, which share these objects


def category_from(message: pb.Category) -> Category:
    """Convert a category."""
    return Category(message.slug, message.name, message.book_count)


def recommendation_from(message: pb.BookRecommendation) -> BookRecommendation:
    """Convert a book on a shelf. Equal messages return the same object."""
    return _recommendation(message.SerializeToString())


@lru_cache(_MAX_BOOKS)
def _recommendation(serialized: bytes) -> BookRecommendation:
    """Convert a book on a shelf, cached: serializing the message for a lookup takes a third of a conversion's time."""
    message = pb.BookRecommendation.FromString(serialized)
    year = message.year if message.HasField("year") else None
    language = message.language if message.HasField("language") else None
    isbn = message.isbn if message.HasField("isbn") else None
    authors = tuple(message.authors)
    return BookRecommendation(message.id, message.title, authors, year, message.cover_url, language, isbn)


def book_from(message: pb.Book) -> Book:
    """Convert a book; absent fields become None."""
    return Book(
        id=message.id,
        title=message.title,
        authors=tuple(message.authors),
        year=message.year if message.HasField("year") else None,
        cover_url=message.cover_url,
        categories=tuple(map(category_from, message.categories)),
        isbn=message.isbn if message.HasField("isbn") else None,
        language=message.language if message.HasField("language") else None,
        description=message.description if message.HasField("description") else None,
        sources=tuple(BookSource(source.source, source.key) for source in message.sources),
        is_edition_year=message.is_edition_year,
    )


def books_from(message: pb.RecommendBooksResponse) -> BooksPage:
    """Convert one page of a shuffle."""
    books = tuple(map(recommendation_from, message.books))
    return BooksPage(books, message.page_token, message.next_page_token, category_from(message.category))


def shelf_from(message: pb.Shelf) -> Shelf:
    """Convert a shelf."""
    books = tuple(map(recommendation_from, message.books))
    return Shelf(category_from(message.category), books, message.page_token, message.next_page_token)


def shelves_from(message: pb.RecommendShelvesResponse) -> ShelvesPage:
    """Convert one page of shelves."""
    return ShelvesPage(tuple(map(shelf_from, message.shelves)), message.next_page_token, message.page_token)


def categories_from(message: pb.ListCategoriesResponse) -> CategoriesPage:
    """Convert one page of categories."""
    categories = tuple(map(category_from, message.categories))
    return CategoriesPage(categories, message.next_page_token, tuple(message.initials))
