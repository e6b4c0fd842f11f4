"""What the shop shows and asks for. The fields have the names and meanings of the proto.

`Annotated` documents each field once: the OpenAPI document is derived from these classes.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import Meta

MORE_BOOKS = "more-books"
"""The slug of the category whose books are in no other: the seed keeps it, home shows it last."""

_TOKEN = "AQAAAAAHMX_E5pM7tOIAAAA5AAAAAAo"  # noqa: S105  # a position in a shuffle, no secret


def _field(description: str, *examples: object, **rules: Any) -> Meta:
    return Meta(description=description, examples=list(examples) or None, **rules)


def _integer(bits: int, *, minimum: int | None = None) -> Meta:
    limit = 2 ** (bits - 1)
    at_least = -limit if minimum is None else minimum
    return Meta(ge=at_least, le=limit - 1, extra_json_schema={"format": f"int{bits}"})


Int32 = Annotated[int, _integer(32)]
Int64 = Annotated[int, _integer(64)]
Size = Annotated[int, _integer(32, minimum=0)]
Count = Annotated[int, _integer(64, minimum=0)]
Id = Annotated[int, _integer(64, minimum=1)]

UserId = Annotated[
    Count, Meta(description="The user the books are for. 0 is anonymous. Draws do not depend on it yet.")
]
PageToken = Annotated[
    str, _field("Returns these books again with this category, as long as the shelf is unchanged.", _TOKEN)
]
NextShufflePage = Annotated[str, _field("Continues this shuffle at /api/recommendations. Empty at its end.", _TOKEN)]
NextListPage = Annotated[str, _field("Continues where this page ends. Empty if there are no more.", "")]


@dataclass(frozen=True)
class Category:
    """A part of the catalogue that books are shelved under.

    The whole catalogue, and the books of one author, have neither slug nor name.
    """

    slug: Annotated[
        str, _field("Its name in URLs: unique and stable.", "mystery", pattern="^([a-z0-9]+(-[a-z0-9]+)*)?$")
    ]
    name: Annotated[str, _field("Its name for people.", "Mystery")]
    book_count: Annotated[Count, _field("How many books it holds.", 57)]


@dataclass(frozen=True)
class BookRecommendation:
    """What a shelf shows of a book."""

    id: Annotated[Id, _field("Stable for the life of the book.", 7)]
    title: Annotated[str, _field("Never empty.", "The Iliad", min_length=1)]
    authors: Annotated[tuple[str, ...], _field("In the order of the title page. Empty if unknown.", ["Homer"])]
    year: Annotated[
        Int32 | None, _field("Of first publication, else of the edition; -1 is 1 BC. Null if unknown.", -750)
    ]
    cover_url: Annotated[str, _field("The URL of a picture of the cover. Empty if there is none.", "")]
    language: Annotated[str | None, _field("Of the title, as a BCP 47 tag. Null if unknown.", "en")]
    isbn: Annotated[
        Annotated[str, Meta(pattern="^[0-9]{13}$")] | None,
        _field("Null if it has none or it is unknown.", "9780140275360"),
    ]


@dataclass(frozen=True)
class BookSource:
    """What a file that the book was loaded from calls it."""

    source: Annotated[str, _field("The name of the source.", "gutenberg")]
    key: Annotated[str, _field("The source's own key for the book.", "2199")]


@dataclass(frozen=True)
class Book(BookRecommendation):
    """Everything known about a book."""

    categories: Annotated[tuple[Category, ...], _field("The categories that hold it, by name.")]
    description: Annotated[str | None, _field("What the book is about, plain text. Null if there is none.", "A war.")]
    sources: Annotated[tuple[BookSource, ...], _field("The names of the book in the files it was loaded from.")]
    is_edition_year: Annotated[
        bool, _field("Whether `year` is only known to be that of this edition, not of first publication.")
    ]


@dataclass(frozen=True)
class BooksPage:
    """One page of a shuffle."""

    books: Annotated[
        tuple[BookRecommendation, ...],
        _field(
            "Distinct, in the order of the shuffle. There may be fewer than requested: only an empty "
            "`next_page_token` means the end."
        ),
    ]
    page_token: PageToken
    next_page_token: NextShufflePage
    category: Category


@dataclass(frozen=True)
class Shelf:
    """One category and a draw from it."""

    category: Category
    books: Annotated[tuple[BookRecommendation, ...], _field("Distinct, in the order of a fresh shuffle.")]
    page_token: PageToken
    next_page_token: NextShufflePage


@dataclass(frozen=True)
class ShelvesPage:
    """A draw from each of several categories."""

    shelves: Annotated[
        tuple[Shelf, ...], _field("Those of `categories` first, then those with the most books, then by slug.")
    ]
    next_page_token: NextListPage
    page_token: Annotated[
        str, _field("Returns the same shelves and books again, as long as the shelves are unchanged.", "")
    ]


@dataclass(frozen=True)
class CategoriesPage:
    """Some of the categories."""

    categories: Annotated[tuple[Category, ...], _field("By name without regard to case, then by slug.")]
    next_page_token: NextListPage
    initials: Annotated[
        tuple[str, ...],
        _field(
            "The first characters of the names of all categories, whatever the page: in lower case, each once, at most "
            "200. Empty unless requested.",
            ["a", "b"],
        ),
    ]


@dataclass(frozen=True)
class BooksQuery:
    """What to draw from one category, from the books of one author, or from the whole catalogue."""

    category: Annotated[
        str,
        _field(
            "The slug of the category to draw from. Empty draws from the whole catalogue, in which each book occurs "
            "once.",
            "mystery",
            max_length=1_000,
            pattern="^[^\\u0000]*$",
        ),
    ] = ""
    max_results: Annotated[
        Size,
        _field(
            "How many books to return at most. 0: 10, or with a page token the size that the token was made with. "
            "At most 100.",
            3,
        ),
    ] = 0
    page_token: Annotated[
        str, _field("A token of an earlier response for the same category or author. Empty makes a fresh shuffle.")
    ] = ""
    user_id: UserId = 0
    exclude_book_ids: Annotated[
        tuple[Int64, ...],
        _field(
            "Ids of books to leave out, separated by commas, at most 1,000. Ids of no book are ignored. "
            "Repeat them on each page: they are not part of the token.",
            [7, 12],
            max_length=1_000,
        ),
    ] = ()
    author: Annotated[
        str,
        _field(
            "The exact name of an author whose books to draw from, as in `authors` of a book. Not together with "
            "`category`. If the author has more than 10,000 books, it draws from 10,000 of them.",
            "Homer",
            max_length=1_000,
            pattern="^[^\\u0000]*$",
        ),
    ] = ""


@dataclass(frozen=True)
class ShelvesQuery:
    """How many shelves to draw, and how many books for each of them."""

    max_shelves: Annotated[Size, _field("How many shelves to return at most. 0: 12. At most 50.", 2)] = 0
    max_results: Annotated[Size, _field("How many books to draw from each category at most. 0: 6. At most 20.", 3)] = 0
    page_token: Annotated[
        str,
        _field(
            "`next_page_token` of an earlier response continues with the next categories, `page_token` returns that "
            "response again. Empty begins with the first shelf."
        ),
    ] = ""
    user_id: UserId = 0
    distinct_books: Annotated[bool, _field("Whether no book may appear twice in the response.")] = False
    categories: Annotated[
        tuple[str, ...],
        _field("Slugs of the categories that come first, separated by commas, at most 50.", ["mystery"], max_length=50),
    ] = ()
    exclude_categories: Annotated[
        tuple[str, ...],
        _field("Slugs of categories to leave out, separated by commas, at most 50.", ["poetry"], max_length=50),
    ] = ()


@dataclass(frozen=True)
class CategoriesQuery:
    """Which page of the categories to list."""

    page_size: Annotated[Size, _field("How many categories to return at most. 0: 100. At most 1,000.", 5)] = 0
    page_token: Annotated[
        str, _field("`next_page_token` of an earlier response. Empty begins at the first category.")
    ] = ""
    starting_at: Annotated[
        str,
        _field(
            "Begins at the first category whose name does not come before this text, without regard to case. Not "
            "together with `page_token`.",
            "s",
            max_length=1_000,
            pattern="^[^\\u0000]*$",
        ),
    ] = ""
    with_initials: Annotated[bool, _field("Whether the response has `initials`.")] = False


@dataclass(frozen=True)
class BookQuery:
    """Which book to show."""

    id: Annotated[Id, _field("The book's id.", 1)]
