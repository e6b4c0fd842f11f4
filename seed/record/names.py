"""Names of authors and categories: cleaned, unique and of limited length."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate

from seed.record.markup import strip_braces
from seed.record.missing import MISSING
from seed.record.text import category_key, clean_line

MAX_NAME_LENGTH = 300
MAX_AUTHORS_LENGTH = 2_000
"""Characters of all authors together. With MAX_CATEGORIES this bounds the messages that show the book."""

MAX_CATEGORIES = 1_000
"""Categories of one book."""

MORE_BOOKS = "More books"
"""The category of the books that have no other. Loads add and remove its books; a file that names it says nothing."""

MORE_BOOKS_SLUG = "more-books"
_MORE_BOOKS_KEY = category_key(MORE_BOOKS)

_UNCLEANED_FACTOR = 4
"""A name may be longer than the limit by this factor before it is cleaned, which bounds the cleaning time."""


def clean_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the cleaned names in order, without duplicates and empty ones."""
    return _clean_all(names, _clean_name)


def clean_categories(names: Sequence[str]) -> tuple[str, ...]:
    """Return the cleaned names of categories without that of the books which have none."""
    return _clean_all(names, _clean_category)


def _clean_all(names: Sequence[str], clean: Callable[[str], str]) -> tuple[str, ...]:
    if len(names) == 1:
        name = clean(names[0][: _UNCLEANED_FACTOR * MAX_NAME_LENGTH])
        return (name,) if name else ()
    # Truncating first keeps oversized names out of the cache.
    cleaned = [clean(name[: _UNCLEANED_FACTOR * MAX_NAME_LENGTH]) for name in names]
    return tuple(dict.fromkeys(filter(None, cleaned)))


def limit_authors(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first names that the service can send with the book."""
    lengths = accumulate(map(len, names))
    return tuple(name for name, length in zip(names, lengths, strict=True) if length <= MAX_AUTHORS_LENGTH)


@lru_cache(maxsize=1 << 15)
def _clean_name(name: str) -> str:
    # `;` separates names in our own CSV, so a name must not contain it.
    # Truncation can unbalance or expose characters, so cleaning repeats until nothing changes.
    clean = clean_line(strip_braces(name) if "{" in name else name)
    while (again := clean_line(clean[:MAX_NAME_LENGTH].replace(";", ",").strip(" ,"))) != clean:
        clean = again
    return "" if clean in MISSING else clean


@lru_cache(maxsize=1 << 15)
def _clean_category(name: str) -> str:
    clean = _clean_name(name)
    return "" if category_key(clean) == _MORE_BOOKS_KEY else clean
