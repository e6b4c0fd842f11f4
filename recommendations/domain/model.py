"""Rows, queries and cursors: the values that the layers pass to each other.

Rows that exist once per book or per draw are named tuples: a frozen dataclass takes three times as long to create.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class BookRow(NamedTuple):
    """A book as a shelf shows it."""

    id: int
    title: str
    authors: Sequence[str]
    """In the order of the title page; empty if unknown."""

    year: int | None
    cover_url: str | None
    language: str | None
    isbn: str | None


class Category(NamedTuple):
    """A category in a list."""

    slug: str
    name: str
    book_count: int


@dataclass(frozen=True, slots=True)
class BookDetails:
    """A book with everything that its page shows."""

    id: int
    title: str
    authors: Sequence[str]
    year: int | None
    cover_url: str | None
    isbn: str | None
    language: str | None
    description: str | None
    categories: Sequence[Category]
    sources: Sequence[tuple[str, str]]
    """Source and key of each file that the book was loaded from."""
    is_edition_year: bool
    """Whether the year is only known to be that of this edition."""


class Shelf(NamedTuple):
    """A category and the size of its shelf, as one snapshot has them."""

    id: int
    slug: str
    name: str
    book_count: int
    max_position: int
    """The largest position now; 0 if the shelf has no slots."""

    high_water: int
    """The largest position that the shelf ever had."""

    density: float | None = None
    """The share of positions that hold a book, as an earlier draw observed it; None if unknown."""


class ShelfRead(NamedTuple):
    """Positions to read on one category's shelf."""

    category_id: int
    positions: Sequence[int]
    """From 1."""


class FilledPositions(NamedTuple):
    """All positions of a shelf that hold a book."""

    positions: Sequence[int]
    excluded: Collection[int]
    """The positions whose book the query excludes."""


class Snapshot(NamedTuple):
    """What was read from one database snapshot."""

    books: Sequence[Sequence[BookRow | None]]
    """For each `ShelfRead`, in order, the book at each position; None where the slot is empty or missing."""

    shelves: Mapping[int, Shelf]
    """The shelf of each category that was read, by id. A category that does not exist is left out."""

    filled: Mapping[int, FilledPositions]
    """By category id, for the shelves that were read whole."""


class ShuffleCursor(NamedTuple):
    """A place in the shuffle of one shelf, from which a page is read."""

    category_id: int
    seed: int
    """64 bits."""

    max_position: int
    """The shelf's largest position when the shuffle began: the shuffle covers 1 to this."""

    offset: int
    """The number of shuffled positions before the page, 0 to `shuffle.MAX_OFFSET`."""

    page_size: int
    """The number of books on a page, 1 to 100."""

    whole_shelf: bool = False
    """True if the filled positions are shuffled instead of all positions, as on a shelf that is nearly empty."""


class AuthorCursor(NamedTuple):
    """A place in the shuffle of one author's books, from which a page is read."""

    seed: int
    """64 bits."""

    offset: int
    """The number of shuffled books before the page."""

    page_size: int
    """The number of books on a page, 1 to 100."""


class ShelfCursor(NamedTuple):
    """A place in the list of shelves (largest book count first, then by slug): the last shelf listed.

    Shelves that a query names come first and have `NAMED_SHELF` as their book count here.
    """

    book_count: int
    slug: str


class CategoryCursor(NamedTuple):
    """A place in the list of categories by name without regard to case, then slug: the last category listed."""

    folded_name: str
    slug: str
    """Empty comes before every category of the name."""


NAMED_SHELF = 2**63 - 1
FIRST_SHELF = ShelfCursor(NAMED_SHELF, "")
"""Comes before every shelf."""

FIRST_CATEGORY = CategoryCursor("", "")
"""Comes before every category."""


class BooksQuery(NamedTuple):
    """A page of one shelf."""

    category: str
    """Slug; empty for the whole catalogue."""

    page_size: int
    """From 1."""

    cursor: ShuffleCursor | None
    """Where the page begins; None for a fresh shuffle."""

    excluded: frozenset[int]
    """Ids of books that must not be on the page."""


class AuthorQuery(NamedTuple):
    """A page of the books of one author."""

    author: str
    """The exact name."""

    page_size: int
    """From 1."""

    cursor: AuthorCursor | None
    """Where the page begins; None for a fresh shuffle."""

    excluded: frozenset[int]
    """Ids of books that must not be on the page."""


class DrawnShelf(NamedTuple):
    """The shelf of a category as an earlier response shuffled it."""

    category_id: int
    max_position: int
    whole_shelf: bool


class ShelvesReplay(NamedTuple):
    """An earlier draw from several categories."""

    seed: int
    """64 bits; `shuffle.shelf_seed` derives the seed of each shelf."""

    page_size: int
    distinct_books: bool
    shelves: Sequence[DrawnShelf]


class ShelvesQuery(NamedTuple):
    """A draw from each of several categories: first the named ones, then the next largest."""

    cursor: ShelfCursor
    shelf_count: int
    page_size: int
    distinct_books: bool = False
    categories: Sequence[str] = ()
    """Slugs of the categories that come first, in this order."""

    exclude_categories: Sequence[str] = ()
    """Slugs."""

    replay: ShelvesReplay | None = None
    """If given, repeat this draw instead."""


class CategoriesQuery(NamedTuple):
    """A page of the list of categories."""

    cursor: CategoryCursor
    """The page starts after it."""

    page_size: int
    with_initials: bool = False


class Page(NamedTuple):
    """Books of one shuffle, and the page tokens around them."""

    category: Category
    books: Sequence[BookRow]
    page_token: str
    next_page_token: str
    """Empty at the end of the shuffle."""


class AuthorBooks(NamedTuple):
    """Books of one author, as one snapshot has them."""

    book_count: int
    """How many books the author has, at most `statements.MAX_AUTHOR_BOOKS`."""

    books: Sequence[BookRow]
    last_step: int
    """The step of the shuffle, from 1, that the last book has; 0 without books."""


class ShelvesPage(NamedTuple):
    """Draws from several categories."""

    pages: Sequence[Page]
    page_token: str
    """Empty if there are no pages."""

    next_cursor: ShelfCursor | None
    """None if there are no more categories."""


class CategoriesPage(NamedTuple):
    """Part of the list of categories."""

    categories: Sequence[Category]
    next_cursor: CategoryCursor | None
    """None if there are no more categories."""

    initials: Sequence[str] = ()
    """The first characters of all names, folded; empty unless requested."""
