"""Converts protobuf requests to queries and rejects those that break a rule of the proto."""

from collections.abc import Sequence

from protobufs import recommendations_pb2 as pb
from recommendations.domain.errors import InvalidRequestError
from recommendations.domain.model import (
    FIRST_SHELF,
    AuthorQuery,
    BooksQuery,
    CategoriesQuery,
    CategoryCursor,
    ShelfCursor,
    ShelvesQuery,
    ShelvesReplay,
    ShuffleCursor,
)
from recommendations.domain.page_token import (
    FOREIGN_AUTHOR_TOKEN,
    FOREIGN_TOKEN,
    MALFORMED_TOKEN,
    MalformedTokenError,
    decode_author,
    decode_list,
    decode_shelves,
    decode_shuffle,
)

DEFAULT_BOOKS, MAX_BOOKS = 10, 100
DEFAULT_SHELVES, MAX_SHELVES = 12, 50
DEFAULT_BOOKS_PER_SHELF, MAX_BOOKS_PER_SHELF = 6, 20
DEFAULT_CATEGORIES, MAX_CATEGORIES = 100, 1_000
MAX_EXCLUDED = 1_000
MAX_CHARACTERS = 1_000


def books_query(request: pb.RecommendBooksRequest) -> BooksQuery | AuthorQuery:
    """Return the query of a RecommendBooks request; raise InvalidRequestError if it breaks a rule."""
    _check_user(request.user_id)
    _check_text("category", request.category)
    if len(request.exclude_book_ids) > MAX_EXCLUDED:
        raise InvalidRequestError(f"exclude_book_ids must hold at most {MAX_EXCLUDED:,} ids.")
    excluded = frozenset(request.exclude_book_ids)
    if request.author:
        return _author_query(request, excluded)
    cursor = _shuffle_cursor(request.page_token) if request.page_token else None
    page_size = size("max_results", request.max_results, cursor.page_size if cursor else DEFAULT_BOOKS, MAX_BOOKS)
    if cursor and cursor.page_size != page_size:
        cursor = cursor._replace(page_size=page_size)
    return BooksQuery(request.category, page_size, cursor, excluded)


def _author_query(request: pb.RecommendBooksRequest, excluded: frozenset[int]) -> AuthorQuery:
    _check_text("author", request.author)
    if request.category:
        raise InvalidRequestError("author must not be given together with category.")
    cursor = None
    if request.page_token:
        try:
            cursor = decode_author(request.page_token, request.author, MAX_BOOKS)
        except MalformedTokenError:
            raise InvalidRequestError(FOREIGN_AUTHOR_TOKEN) from None
    page_size = size("max_results", request.max_results, cursor.page_size if cursor else DEFAULT_BOOKS, MAX_BOOKS)
    return AuthorQuery(request.author, page_size, cursor and cursor._replace(page_size=page_size), excluded)


def shelves_query(request: pb.RecommendShelvesRequest) -> ShelvesQuery:
    """Return the query of a RecommendShelves request; raise InvalidRequestError if it breaks a rule."""
    _check_user(request.user_id)
    shelf_count = size("max_shelves", request.max_shelves, DEFAULT_SHELVES, MAX_SHELVES)
    page_size = size("max_results", request.max_results, DEFAULT_BOOKS_PER_SHELF, MAX_BOOKS_PER_SHELF)
    categories, exclude_categories = list(request.categories), list(request.exclude_categories)
    _check_slugs("categories", categories)
    _check_slugs("exclude_categories", exclude_categories)
    replay = _replay(request.page_token) if request.page_token else None
    cursor = _shelf_cursor(request.page_token) if request.page_token and not replay else FIRST_SHELF
    return ShelvesQuery(cursor, shelf_count, page_size, request.distinct_books, categories, exclude_categories, replay)


def categories_query(request: pb.ListCategoriesRequest) -> CategoriesQuery:
    """Return the query of a ListCategories request; raise InvalidRequestError if it breaks a rule."""
    page_size = size("page_size", request.page_size, DEFAULT_CATEGORIES, MAX_CATEGORIES)
    _check_text("starting_at", request.starting_at)
    if request.page_token and request.starting_at:
        raise InvalidRequestError("starting_at must not be given together with page_token.")
    keys = _list_keys("categories", request.page_token) if request.page_token else [request.starting_at, ""]
    return CategoriesQuery(CategoryCursor(*keys), page_size, request.with_initials)


def book_id(request: pb.GetBookRequest) -> int:
    """Return the requested book id; raise InvalidRequestError if it is not positive."""
    if request.id <= 0:
        raise InvalidRequestError("id must be positive.")
    return request.id


def size(field: str, requested: int, default: int, maximum: int) -> int:
    """Apply AIP-158 to a size: 0 is the default, above the maximum is the maximum, negative is an error."""
    if requested < 0:
        raise InvalidRequestError(f"{field} must not be negative.")
    return min(requested or default, maximum)


def _shuffle_cursor(token: str) -> ShuffleCursor:
    try:
        return decode_shuffle(token, MAX_BOOKS)
    except MalformedTokenError:
        raise InvalidRequestError(FOREIGN_TOKEN) from None


def _replay(token: str) -> ShelvesReplay | None:
    try:
        return decode_shelves(token, MAX_SHELVES, MAX_BOOKS_PER_SHELF)
    except MalformedTokenError:
        raise InvalidRequestError(MALFORMED_TOKEN) from None


def _shelf_cursor(token: str) -> ShelfCursor:
    book_count, slug = _list_keys("shelves", token)
    # Check the number of digits first: int() raises for very long strings.
    plausible = len(book_count) <= len(str(FIRST_SHELF.book_count)) and book_count.isascii() and book_count.isdigit()
    if not plausible or int(book_count) > FIRST_SHELF.book_count:
        raise InvalidRequestError(MALFORMED_TOKEN)
    return ShelfCursor(int(book_count), slug)


def _list_keys(kind: str, token: str) -> list[str]:
    try:
        return decode_list(kind, token, keys=2)
    except MalformedTokenError:
        raise InvalidRequestError(MALFORMED_TOKEN) from None


def _check_slugs(field: str, slugs: Sequence[str]) -> None:
    if len(slugs) > MAX_SHELVES:
        raise InvalidRequestError(f"{field} must hold at most {MAX_SHELVES} slugs.")
    for slug in slugs:
        _check_text(field, slug)


def _check_user(user_id: int) -> None:
    if user_id < 0:
        raise InvalidRequestError("user_id must not be negative; 0 is anonymous.")


def _check_text(field: str, text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequestError(f"{field} must have at most {MAX_CHARACTERS:,} characters.")
    if "\0" in text:
        raise InvalidRequestError(f"{field} must not hold a NUL character.")
