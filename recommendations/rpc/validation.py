"""Turns requests into questions, or says which rule of the proto they break."""

from protobufs import recommendations_pb2 as pb
from recommendations.domain.errors import InvalidRequestError
from recommendations.domain.page_token import MalformedTokenError, ShufflePlace, decode_list, decode_shuffle
from recommendations.recommender import FOREIGN_TOKEN, BooksQuestion
from recommendations.storage.queries import FIRST_LARGEST, FIRST_NAME

DEFAULT_BOOKS, MOST_BOOKS = 10, 100
DEFAULT_SHELVES, MOST_SHELVES = 12, 50
DEFAULT_BOOKS_A_SHELF, MOST_BOOKS_A_SHELF = 6, 20
DEFAULT_CATEGORIES, MOST_CATEGORIES = 100, 1_000
MOST_EXCLUDED = 1_000
MOST_CHARACTERS = 1_000

MALFORMED_TOKEN = "page_token is not one that this service issued; leave it out to begin anew."  # noqa: S105  # a sentence


def books_question(request: pb.RecommendBooksRequest) -> BooksQuestion:
    """Return what a RecommendBooks request asks for, or raise InvalidRequestError."""
    _check_user(request.user_id)
    _check_text("category", request.category)
    if len(request.exclude_book_ids) > MOST_EXCLUDED:
        raise InvalidRequestError(f"exclude_book_ids must hold at most {MOST_EXCLUDED:,} ids.")
    place = _place(request.page_token) if request.page_token else None
    page_size = size("max_results", request.max_results, place.page_size if place else DEFAULT_BOOKS, MOST_BOOKS)
    if place and place.page_size != page_size:
        place = ShufflePlace(place.category_id, place.seed, place.largest, place.offset, page_size, place.whole)
    return BooksQuestion(request.category, page_size, place, frozenset(request.exclude_book_ids))


def shelves_question(request: pb.RecommendShelvesRequest) -> tuple[tuple[int, str], int, int]:
    """Return after which book count and slug, how many shelves, and how many books on each."""
    _check_user(request.user_id)
    count = size("max_shelves", request.max_shelves, DEFAULT_SHELVES, MOST_SHELVES)
    page_size = size("max_results", request.max_results, DEFAULT_BOOKS_A_SHELF, MOST_BOOKS_A_SHELF)
    if not request.page_token:
        return FIRST_LARGEST, count, page_size
    book_count, slug = _list_keys("shelves", request.page_token)
    # Few enough digits first, since int() refuses very many.
    plausible = len(book_count) <= len(str(FIRST_LARGEST[0])) and book_count.isascii() and book_count.isdigit()
    if not plausible or int(book_count) > FIRST_LARGEST[0]:
        raise InvalidRequestError(MALFORMED_TOKEN)
    return (int(book_count), slug), count, page_size


def categories_question(request: pb.ListCategoriesRequest) -> tuple[tuple[str, str], int]:
    """Return after which folded name and slug, and how many categories."""
    count = size("page_size", request.page_size, DEFAULT_CATEGORIES, MOST_CATEGORIES)
    if not request.page_token:
        return FIRST_NAME, count
    name, slug = _list_keys("categories", request.page_token)
    return (name, slug), count


def book_id(request: pb.GetBookRequest) -> int:
    """Return the id of the book asked for, or raise InvalidRequestError."""
    if request.id <= 0:
        raise InvalidRequestError("id must be positive.")
    return request.id


def size(field: str, asked: int, default: int, most: int) -> int:
    """Return a size by the rules of AIP-158: 0 is the default, too large is the most, negative is refused."""
    if asked < 0:
        raise InvalidRequestError(f"{field} must not be negative.")
    return min(asked or default, most)


def _place(token: str) -> ShufflePlace:
    try:
        return decode_shuffle(token, MOST_BOOKS)
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
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequestError(f"{field} must have at most {MOST_CHARACTERS:,} characters.")
    if "\0" in text:
        raise InvalidRequestError(f"{field} must not hold a NUL character.")
