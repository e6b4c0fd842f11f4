"""Parses and validates the parameters of a URL.

A missing or empty parameter becomes 0 or "", for which the service applies the proto's default. Numbers that do not fit
the proto's types are rejected here; the service validates everything else.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from marketplace.domain import BookQuery, BooksQuery, CategoriesQuery, ShelvesQuery
from marketplace.errors import BadRequestError

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

_MAX_TEXT_LENGTH = 1_000
# The token of a list contains a category name, which may be long. The service accepts requests of at most 64 KiB.
_MAX_TOKEN_LENGTH = 60_000
_MAX_EXCLUSIONS = 1_000
_MAX_CATEGORIES = 50
_MAX_INT32 = 2**31 - 1
_MAX_INT64 = 2**63 - 1


def books_query(args: "MultiDict[str, str]", *, category: str = "", author: str = "") -> BooksQuery:
    """Parse ?max_results=&page_token=&user_id=&exclude= for one category, one author, or the whole catalogue.

    Raises:
        BadRequestError: If a parameter is invalid.
    """
    return BooksQuery(
        category=_text("category", category, _MAX_TEXT_LENGTH),
        max_results=_integer(args, "max_results", _MAX_INT32),
        page_token=_token(args),
        user_id=_integer(args, "user_id", _MAX_INT64),
        exclude_book_ids=_exclusions(args.getlist("exclude")),
        author=_text("author", author, _MAX_TEXT_LENGTH),
    )


def shelves_query(args: Mapping[str, str]) -> ShelvesQuery:
    """Parse ?max_shelves=&max_results=&page_token=&user_id=&distinct_books=&categories=&exclude_categories=.

    Raises:
        BadRequestError: If a parameter is invalid.
    """
    return ShelvesQuery(
        max_shelves=_integer(args, "max_shelves", _MAX_INT32),
        max_results=_integer(args, "max_results", _MAX_INT32),
        page_token=_token(args),
        user_id=_integer(args, "user_id", _MAX_INT64),
        distinct_books=_boolean(args, "distinct_books"),
        categories=_slugs(args, "categories"),
        exclude_categories=_slugs(args, "exclude_categories"),
    )


def categories_query(args: Mapping[str, str]) -> CategoriesQuery:
    """Parse ?page_size=&page_token=&starting_at=&with_initials=.

    Raises:
        BadRequestError: If a parameter is invalid.
    """
    return CategoriesQuery(
        page_size=_integer(args, "page_size", _MAX_INT32),
        page_token=_token(args),
        starting_at=_text("starting_at", args.get("starting_at", ""), _MAX_TEXT_LENGTH),
        with_initials=_boolean(args, "with_initials"),
    )


def book_query(book_id: str) -> BookQuery:
    """Parse the id in the URL of a book.

    Raises:
        BadRequestError: If it is not a 64-bit integer.
    """
    return BookQuery(_number("A book's id", book_id, _MAX_INT64))


def _boolean(args: Mapping[str, str], name: str) -> bool:
    text = args.get(name) or "false"
    if text not in {"true", "false"}:
        raise BadRequestError(f"{name} must be true or false.")
    return text == "true"


def _slugs(args: Mapping[str, str], name: str) -> tuple[str, ...]:
    slugs = tuple(filter(None, args.get(name, "").split(",")))
    if len(slugs) > _MAX_CATEGORIES:
        raise BadRequestError(f"{name} has more than {_MAX_CATEGORIES} categories.")
    return slugs


def _exclusions(values: list[str]) -> tuple[int, ...]:
    """Parse comma-separated ids from one or several parameters."""
    ids = [text for value in values for text in value.split(",") if text]
    if len(ids) > _MAX_EXCLUSIONS:
        raise BadRequestError(f"exclude names more than {_MAX_EXCLUSIONS:,} books.")
    return tuple(_number("Each id in exclude", text, _MAX_INT64) for text in ids)


def _token(args: Mapping[str, str]) -> str:
    return _text("page_token", args.get("page_token", ""), _MAX_TOKEN_LENGTH)


def _text(name: str, text: str, max_length: int) -> str:
    if len(text) > max_length:
        raise BadRequestError(f"{name} is longer than {max_length:,} characters.")
    return text


def _integer(args: Mapping[str, str], name: str, max_value: int) -> int:
    return _number(name, args.get(name) or "0", max_value)


def _number(name: str, text: str, max_value: int) -> int:
    # int() would also accept "1_000", spaces and digits of other scripts.
    if not re.fullmatch(r"-?[0-9]{1,19}", text):
        raise BadRequestError(f"{name} must be a whole number, such as 10.")
    number = int(text)
    if not -max_value - 1 <= number <= max_value:
        raise BadRequestError(f"{name} must lie between {-max_value - 1} and {max_value}.")
    return number
