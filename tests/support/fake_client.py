"""A stand-in for the marketplace's client of the recommendations service."""

from dataclasses import replace

from marketplace.client.deadline import Deadline
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.domain import (
    Book,
    BookQuery,
    BookRecommendation,
    BookSource,
    BooksPage,
    BooksQuery,
    CategoriesPage,
    CategoriesQuery,
    Category,
    Shelf,
    ShelvesPage,
    ShelvesQuery,
)

MYSTERY = Category("mystery", "Mystery & Crime", 1_059)
ILIAD = BookRecommendation(7, "The Iliad", ("Homer", "Another"), -750, "", None, "9780140275360")


SOURCES = (BookSource("gutenberg", "2199"),)


class FakeClient(RecommendationsClient):
    """Returns the objects that a test sets and records the queries."""

    def __init__(self) -> None:
        super().__init__("nowhere.invalid:1")
        self.queries: list[BooksQuery | ShelvesQuery | CategoriesQuery | BookQuery] = []
        self.error: Exception | None = None
        self.draw_error: Exception | None = None
        self.book_error: Exception | None = None
        self.ready = True
        names = ("Homer", "Another")
        self.book = Book(
            7, "The Iliad", names, -750, "", "en", "9780140275360", (MYSTERY,), "A war.", SOURCES, is_edition_year=False
        )
        self.books = BooksPage((ILIAD,), "this-page", "next-page", MYSTERY)
        self.shelves = ShelvesPage(
            (Shelf(MYSTERY, (ILIAD,), "this-shelf", "next-shelf"),), "more-shelves", "these-shelves"
        )
        self.categories = CategoriesPage((MYSTERY,), "more-categories", ("m", "s"))

    def retitle(self, title: str, author: str = "Homer") -> None:
        """Give every book that is shown this title and this author."""
        self.book = replace(self.book, title=title, authors=(author,))
        book = replace(ILIAD, title=title, authors=(author,))
        self.books = replace(self.books, books=(book,))
        self.shelves = replace(self.shelves, shelves=(replace(self.shelves.shelves[0], books=(book,)),))

    def recommend_books(self, wanted: BooksQuery, deadline: Deadline) -> BooksPage:
        self._note(wanted)
        if self.draw_error:
            raise self.draw_error
        return self.books

    def recommend_shelves(self, wanted: ShelvesQuery, deadline: Deadline) -> ShelvesPage:
        self._note(wanted)
        return self.shelves

    def list_categories(self, wanted: CategoriesQuery, deadline: Deadline) -> CategoriesPage:
        self._note(wanted)
        return self.categories

    def get_book(self, wanted: BookQuery, deadline: Deadline) -> Book:
        self._note(wanted)
        if self.book_error:
            raise self.book_error
        return self.book

    def is_ready(self, deadline: Deadline) -> bool:
        return self.ready

    def _note(self, wanted: BooksQuery | ShelvesQuery | CategoriesQuery | BookQuery) -> None:
        self.queries.append(wanted)
        if self.error:
            raise self.error
