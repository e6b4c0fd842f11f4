"""What an address asks for: its parameters read and checked before anything is called.

A parameter that is missing or empty has the proto's default. Sizes and ids that do not fit the proto's types are
refused here; whether a value makes sense is for the service to say.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from marketplace.domain import BookQuery, BooksQuery, CategoriesQuery, ShelvesQuery
from marketplace.errors import BadRequestError

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

_LONGEST_TEXT = 1_000
# A list's token holds a category's name, which may be long. The service's requests have 64 KiB at most.
_LONGEST_TOKEN = 60_000
_MOST_EXCLUSIONS = 1_000
_INT32 = 2**31 - 1
_INT64 = 2**63 - 1


def books_query(args: "MultiDict[str, str]", category: str) -> BooksQuery:
    """Read ?max_results=&page_token=&user_id=&exclude= for one category.

    Raises:
        BadRequestError: If a parameter is not what it should be.
    """
    return BooksQuery(
        category=_short("category", category, _LONGEST_TEXT),
        max_results=_integer(args, "max_results", _INT32),
        page_token=_token(args),
        user_id=_integer(args, "user_id", _INT64),
        exclude_book_ids=_exclusions(args.getlist("exclude")),
    )


def shelves_query(args: Mapping[str, str]) -> ShelvesQuery:
    """Read ?max_shelves=&max_results=&page_token=&user_id=.

    Raises:
        BadRequestError: If a parameter is not what it should be.
    """
    return ShelvesQuery(
        max_shelves=_integer(args, "max_shelves", _INT32),
        max_results=_integer(args, "max_results", _INT32),
        page_token=_token(args),
        user_id=_integer(args, "user_id", _INT64),
    )


def categories_query(args: Mapping[str, str]) -> CategoriesQuery:
    """Read ?page_size=&page_token=.

    Raises:
        BadRequestError: If a parameter is not what it should be.
    """
    return CategoriesQuery(page_size=_integer(args, "page_size", _INT32), page_token=_token(args))


def book_query(book_id: str) -> BookQuery:
    """Read the id in a book's address.

    Raises:
        BadRequestError: If it is not a whole number of 64 bits.
    """
    return BookQuery(_number("A book's id", book_id, _INT64))


def _exclusions(values: list[str]) -> tuple[int, ...]:
    """Read ids that are separated by commas, in one parameter or in several of the same name."""
    ids = [text for value in values for text in value.split(",") if text]
    if len(ids) > _MOST_EXCLUSIONS:
        raise BadRequestError(f"exclude names more than {_MOST_EXCLUSIONS:,} books.")
    return tuple(_number("Each id in exclude", text, _INT64) for text in ids)


def _token(args: Mapping[str, str]) -> str:
    return _short("page_token", args.get("page_token", ""), _LONGEST_TOKEN)


def _short(name: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise BadRequestError(f"{name} is longer than {longest:,} characters.")
    return text


def _integer(args: Mapping[str, str], name: str, largest: int) -> int:
    return _number(name, args.get(name) or "0", largest)


def _number(name: str, text: str, largest: int) -> int:
    # Narrower than int(), which also takes "1_000", blanks, digits of any script, and refuses very long numbers.
    if not re.fullmatch(r"-?[0-9]{1,19}", text):
        raise BadRequestError(f"{name} must be a whole number, such as 10.")
    number = int(text)
    if not -largest - 1 <= number <= largest:
        raise BadRequestError(f"{name} must lie between {-largest - 1} and {largest}.")
    return number
