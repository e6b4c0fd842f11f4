"""URLs of every page in every state."""

from urllib.parse import urljoin

from tests.browser.conftest import Shops
from tests.support.odd_catalogues import (
    ALONE,
    ARABIC,
    BRACES,
    ENDLESS,
    HEBREW,
    LONG,
    MARKUP,
    OVERRIDE,
    QUOTES,
    UNBROKEN,
)
from tests.support.page_text import link_on, source

EVERY_ID = ",".join(map(str, range(1, 100)))
"""Includes the ids of all difficult books; the other ids belong to no book."""

STATES: dict[str, tuple[str, ...]] = {
    "home": ("built_in", "/"),
    "home with difficult titles and thousands of shelves": ("difficult", "/"),
    "more shelves, the last ones": ("built_in", "/?max_results=1", "More shelves"),
    "home without books": ("empty", "/"),
    "home while the service is away": ("away", "/"),
    "home of a bad link": ("built_in", "/?page_token=zzz"),
    "categories": ("built_in", "/categories"),
    "thousands of categories": ("difficult", "/categories?page_size=100"),
    "more of thousands of categories": ("difficult", "/categories?page_size=10", "More categories"),
    "categories from a letter on": ("difficult", "/categories?page_size=100&starting_at=f"),
    "categories behind the last letter": ("difficult", "/categories?starting_at=%F0%9F%98%80"),
    "no categories": ("empty", "/categories"),
    "category": ("built_in", "/categories/mystery"),
    "category, fifty books": ("built_in", "/categories/classics?max_results=50"),
    "category with difficult titles": ("difficult", "/categories/difficult?max_results=20"),
    "category with fewer books than requested": ("difficult", "/categories/three"),
    "category with an Arabic name": ("difficult", "/categories/one"),
    "category with an unbroken name": ("difficult", "/categories/unbroken"),
    "linked shuffle": ("built_in", "/categories/mystery", "Link to these books"),
    "author": ("built_in", "/authors/Jane%20Austen"),
    "unknown author": ("built_in", "/authors/Nobody"),
    "API reference": ("built_in", "/api"),
    "embedded shelf": ("built_in", "/embed/shelf?category=mystery"),
    "end of a shuffle": ("difficult", "/categories/difficult", "More"),
    "end of a shuffle, without a book": ("difficult", f"/categories/three?exclude={EVERY_ID}"),
    "empty category": ("difficult", "/categories/bare"),
    "unknown category": ("built_in", "/categories/nowhere"),
    "category of a bad link": ("built_in", "/categories/mystery?page_token=zzz"),
    "category while the service is away": ("away", "/categories/mystery"),
    "book": ("built_in", "/books/1"),
    "unknown book": ("built_in", "/books/999999999"),
    "book of a bad link": ("built_in", "/books/none"),
    "unknown page": ("built_in", "/nowhere"),
}
"""State → the shop that shows it, a path, and the texts of the links to follow from there."""

BOOKS = {
    "markup": MARKUP,
    "quotes": QUOTES,
    "template braces": BRACES,
    "bidi controls": OVERRIDE,
    "10 kB of title": ENDLESS,
    "958 characters": LONG,
    "one endless word": UNBROKEN,
    "Arabic": ARABIC,
    "Hebrew, BC": HEBREW,
    "fourteen authors": "Fourteen Hands",
    "no author, no year": "Nobody Wrote This",
    "alone on its shelf": ALONE,
}
"""Difficulty → title of the book."""

NAMES = [*STATES, *(f"book: {name}" for name in BOOKS)]


def address_of(name: str, shops: Shops) -> str:
    """Return the URL of one of `NAMES`."""
    if name in STATES:
        which, path, *links = STATES[name]
        address = f"{getattr(shops, which).address}{path}"
        for words in links:
            address = urljoin(address, link_on(source(address), words))
        return address
    title = BOOKS[name.removeprefix("book: ")]
    return f"{shops.difficult.address}/books/{shops.books[title]}"
