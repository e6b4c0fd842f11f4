"""The service's messages turned into what the shop shows."""

from marketplace.domain import (
    Book,
    BookRecommendation,
    BooksPage,
    CategoriesPage,
    Category,
    Shelf,
    ShelvesPage,
)
from protobufs import recommendations_pb2 as pb


def category_from(message: pb.Category) -> Category:
    """Return the category that the message holds."""
    return Category(message.slug, message.name, message.book_count)


def recommendation_from(message: pb.BookRecommendation) -> BookRecommendation:
    """Return the book on a shelf that the message holds."""
    year = message.year if message.HasField("year") else None
    language = message.language if message.HasField("language") else None
    return BookRecommendation(message.id, message.title, tuple(message.authors), year, message.cover_url, language)


def book_from(message: pb.Book) -> Book:
    """Return the book that the message holds, absent facts as None."""
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
    )


def books_from(message: pb.RecommendBooksResponse) -> BooksPage:
    """Return the page of a shuffle that the message holds."""
    books = tuple(map(recommendation_from, message.books))
    return BooksPage(books, message.page_token, message.next_page_token, category_from(message.category))


def shelf_from(message: pb.Shelf) -> Shelf:
    """Return the shelf that the message holds."""
    books = tuple(map(recommendation_from, message.books))
    return Shelf(category_from(message.category), books, message.page_token, message.next_page_token)


def shelves_from(message: pb.RecommendShelvesResponse) -> ShelvesPage:
    """Return the shelves that the message holds."""
    return ShelvesPage(tuple(map(shelf_from, message.shelves)), message.next_page_token)


def categories_from(message: pb.ListCategoriesResponse) -> CategoriesPage:
    """Return the page of categories that the message holds."""
    return CategoriesPage(tuple(map(category_from, message.categories)), message.next_page_token)
