"""Converts protobuf requests to queries and rejects those that break a rule of the proto."""

from protobufs import recommendations_pb2 as pb
from recommendations.domain.errors import InvalidRequestError
from recommendations.domain.page_token import MalformedTokenError, ShufflePlace, decode_list, decode_shuffle
from recommendations.recommender import FOREIGN_TOKEN, BooksQuestion
from recommendations.storage.queries import FIRST_LARGEST, FIRST_NAME

DEFAULT_BOOKS, MAX_BOOKS = 10, 100
DEFAULT_SHELVES, MAX_SHELVES = 12, 50
DEFAULT_BOOKS_PER_SHELF, MAX_BOOKS_PER_SHELF = 6, 20
DEFAULT_CATEGORIES, MAX_CATEGORIES = 100, 1_000
MAX_EXCLUDED = 1_000
MAX_CHARACTERS = 1_000

MALFORMED_TOKEN = "page_token was not issued by this service; leave it out to start again."  # noqa: S105  # a sentence


def books_question(request: pb.RecommendBooksRequest) -> BooksQuestion:
    """Return the query of a RecommendBooks request; raise InvalidRequestError if it breaks a rule."""
    _check_user(request.user_id)
    _check_text("category", request.category)
    if len(request.exclude_book_ids) > MAX_EXCLUDED:
        raise InvalidRequestError(f"exclude_book_ids must hold at most {MAX_EXCLUDED:,} ids.")
    place = _place(request.page_token) if request.page_token else None
    page_size = size("max_results", request.max_results, place.page_size if place else DEFAULT_BOOKS, MAX_BOOKS)
    if place and place.page_size != page_size:
        place = ShufflePlace(place.category_id, place.seed, place.largest, place.offset, page_size, place.whole)
    return BooksQuestion(request.category, page_size, place, frozenset(request.exclude_book_ids))


def shelves_question(request: pb.RecommendShelvesRequest) -> tuple[tuple[int, str], int, int]:
    """Return the cursor (book count, slug), the number of shelves, and the number of books per shelf."""
    _check_user(request.user_id)
    count = size("max_shelves", request.max_shelves, DEFAULT_SHELVES, MAX_SHELVES)
    page_size = size("max_results", request.max_results, DEFAULT_BOOKS_PER_SHELF, MAX_BOOKS_PER_SHELF)
    if not request.page_token:
        return FIRST_LARGEST, count, page_size
    book_count, slug = _list_keys("shelves", request.page_token)
    # Check the number of digits first: int() raises for very long strings.
    plausible = len(book_count) <= len(str(FIRST_LARGEST[0])) and book_count.isascii() and book_count.isdigit()
    if not plausible or int(book_count) > FIRST_LARGEST[0]:
        raise InvalidRequestError(MALFORMED_TOKEN)
    return (int(book_count), slug), count, page_size


def categories_question(request: pb.ListCategoriesRequest) -> tuple[tuple[str, str], int]:
    """Return the cursor (folded name, slug) and the number of categories."""
    count = size("page_size", request.page_size, DEFAULT_CATEGORIES, MAX_CATEGORIES)
    if not request.page_token:
        return FIRST_NAME, count
    name, slug = _list_keys("categories", request.page_token)
    return (name, slug), count


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


def _place(token: str) -> ShufflePlace:
    try:
        return decode_shuffle(token, MAX_BOOKS)
    except MalformedTokenError:
        raise InvalidRequestError(FOREIGN_TOKEN) from None


def _list_keys(kind: str, token: str) -> list[str]:
    try:
        return decode_list(kind, token, keys=2)
    except MalformedTokenError:
        raise InvalidRequestError(MALFORMED_TOKEN) from None


def _check_user(user_id: int) -> None:
    if user_id < 0:
        raise InvalidRequestError("user_id must not be negative; 0 is anonymous.")


def _check_text(field: str, text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequestError(f"{field} must have at most {MAX_CHARACTERS:,} characters.")
    if "\0" in text:
        raise InvalidRequestError(f"{field} must not hold a NUL character.")
