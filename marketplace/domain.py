"""What the shop shows. The fields bear the proto's names and meanings; that file documents them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    """A part of the catalogue that books are shelved under."""

    slug: str
    name: str
    book_count: int


@dataclass(frozen=True)
class BookRecommendation:
    """What a shelf shows of a book. `year` and `language` are None if unknown; `year` is negative for years BC."""

    id: int
    title: str
    authors: tuple[str, ...]
    year: int | None
    cover_url: str
    language: str | None


@dataclass(frozen=True)
class Book(BookRecommendation):
    """All that is known of a book. None says that a fact is unknown."""

    categories: tuple[Category, ...]
    isbn: str | None
    description: str | None


@dataclass(frozen=True)
class BooksPage:
    """One page of a shuffle. An empty `next_page_token` is the shuffle's end."""

    books: tuple[BookRecommendation, ...]
    page_token: str
    next_page_token: str
    category: Category


@dataclass(frozen=True)
class Shelf:
    """One category and a draw from it."""

    category: Category
    books: tuple[BookRecommendation, ...]
    page_token: str
    next_page_token: str


@dataclass(frozen=True)
class ShelvesPage:
    """A draw from each of several categories. An empty `next_page_token` says that there are no more."""

    shelves: tuple[Shelf, ...]
    next_page_token: str


@dataclass(frozen=True)
class CategoriesPage:
    """Some of the categories, by name. An empty `next_page_token` says that there are no more."""

    categories: tuple[Category, ...]
    next_page_token: str


@dataclass(frozen=True)
class BooksQuery:
    """What to draw from one category, or from the whole catalogue if `category` is empty."""

    category: str = ""
    max_results: int = 0
    page_token: str = ""
    user_id: int = 0
    exclude_book_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class ShelvesQuery:
    """How many shelves to draw, and how many books for each of them."""

    max_shelves: int = 0
    max_results: int = 0
    page_token: str = ""
    user_id: int = 0


@dataclass(frozen=True)
class CategoriesQuery:
    """Which page of the categories to list."""

    page_size: int = 0
    page_token: str = ""


@dataclass(frozen=True)
class BookQuery:
    """Which book to tell about."""

    id: int
