"""The shop's requests and responses. The fields have the names and meanings of the proto.

`Annotated` documents each field once: the OpenAPI document is derived from these classes.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import Meta

MORE_BOOKS = "more-books"
"""The slug of the category for books that are in no other. The seed maintains it; the home page shows it last."""

_TOKEN = "AQAAAAAHMX_E5pM7tOIAAAA5AAAAAAo"  # noqa: S105  # a position in a shuffle, not a secret


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
    str, _field("With the same category, returns these books again, as long as the shelf is unchanged.", _TOKEN)
]
NextShufflePage = Annotated[str, _field("Continues this shuffle at /api/recommendations. Empty at its end.", _TOKEN)]
NextListPage = Annotated[str, _field("Returns the next page. Empty on the last page.", "")]


@dataclass(frozen=True)
class Category:
    """A category of books.

    Its slug and name are empty if it stands for the whole catalogue or for the books of one author.
    """

    slug: Annotated[
        str, _field("Its name in URLs: unique and stable.", "mystery", pattern="^([a-z0-9]+(-[a-z0-9]+)*)?$")
    ]
    name: Annotated[str, _field("Its display name.", "Mystery")]
    book_count: Annotated[Count, _field("How many books it holds.", 57)]


@dataclass(frozen=True)
class BookRecommendation:
    """A book as a shelf shows it."""

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
    """A source that the book was loaded from, and the book's key there."""

    source: Annotated[str, _field("The name of the source.", "gutenberg")]
    key: Annotated[str, _field("The source's own key for the book.", "2199")]


@dataclass(frozen=True)
class Book(BookRecommendation):
    """Everything known about a book."""

    categories: Annotated[tuple[Category, ...], _field("The categories that hold it, by name.")]
    description: Annotated[str | None, _field("What the book is about, plain text. Null if there is none.", "A war.")]
    sources: Annotated[tuple[BookSource, ...], _field("The sources that the book was loaded from.")]
    is_edition_year: Annotated[
        bool, _field("Whether `year` is that of this edition, because that of first publication is unknown.")
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
        tuple[Shelf, ...], _field("The requested `categories` first, then those with the most books, then by slug.")
    ]
    next_page_token: NextListPage
    page_token: Annotated[
        str, _field("Returns the same shelves and books again, as long as the shelves are unchanged.", "")
    ]


@dataclass(frozen=True)
class CategoriesPage:
    """One page of the list of categories."""

    categories: Annotated[tuple[Category, ...], _field("By name, ignoring case, then by slug.")]
    next_page_token: NextListPage
    initials: Annotated[
        tuple[str, ...],
        _field(
            "The distinct first characters of all category names, not only of those on this page: in lower case, at "
            "most 200. Empty unless requested.",
            ["a", "b"],
        ),
    ]


@dataclass(frozen=True)
class BooksQuery:
    """A request to draw books from one category, from one author's books, or from the whole catalogue."""

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
            "The maximum number of books to return. 0 means 10, or the size stored in the page token. At most 100.",
            3,
        ),
    ] = 0
    page_token: Annotated[
        str, _field("A token of an earlier response for the same category or author. Empty starts a fresh shuffle.")
    ] = ""
    user_id: UserId = 0
    exclude_book_ids: Annotated[
        tuple[Int64, ...],
        _field(
            "Ids of books to leave out, separated by commas, at most 1,000. Unknown ids are ignored. "
            "Repeat them for each page: the token does not contain them.",
            [7, 12],
            max_length=1_000,
        ),
    ] = ()
    author: Annotated[
        str,
        _field(
            "Draws only books of this author. The exact name, as in `authors` of a book. Cannot be combined with "
            "`category`. If the author has more than 10,000 books, draws from 10,000 of them.",
            "Homer",
            max_length=1_000,
            pattern="^[^\\u0000]*$",
        ),
    ] = ""


@dataclass(frozen=True)
class ShelvesQuery:
    """A request to draw books from each of several categories."""

    max_shelves: Annotated[Size, _field("The maximum number of shelves. 0 means 12. At most 50.", 2)] = 0
    max_results: Annotated[Size, _field("The maximum number of books per shelf. 0 means 6. At most 20.", 3)] = 0
    page_token: Annotated[
        str,
        _field(
            "The `next_page_token` of an earlier response continues with the next categories; its `page_token` returns "
            "that response again. Empty starts at the first shelf."
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
    """A request to list categories."""

    page_size: Annotated[Size, _field("The maximum number of categories. 0 means 100. At most 1,000.", 5)] = 0
    page_token: Annotated[
        str, _field("The `next_page_token` of an earlier response. Empty starts at the first category.")
    ] = ""
    starting_at: Annotated[
        str,
        _field(
            "Starts at the first category whose name equals or follows this text, ignoring case. Cannot be combined "
            "with `page_token`.",
            "s",
            max_length=1_000,
            pattern="^[^\\u0000]*$",
        ),
    ] = ""
    with_initials: Annotated[bool, _field("Whether the response has `initials`.")] = False


@dataclass(frozen=True)
class BookQuery:
    """A request for one book."""

    id: Annotated[Id, _field("The book's id.", 1)]
