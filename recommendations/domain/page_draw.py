"""One page of a shuffle of one shelf: which places to read, and what to make of what stands there. No I/O."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from recommendations.domain import shuffle
from recommendations.domain.page_token import ShufflePlace, encode_shuffle
from recommendations.storage.queries import BOOK_ID, FoundBook, Shelf

MORE = 4
"""How many times as many places are read when there were too few books."""

MOST_GROWTHS = 3
"""How often a draw is made again because the shelf has grown since. Beyond that, as while a large
catalogue is being loaded, it is uniform over the shelf as it was some milliseconds ago."""

SPARSE = 24
"""A shelf with one book in so many places or fewer may be shuffled by books.

On a fuller one `draw.MOST_PLACES` places hold 100 books but for one time in ten million."""

FEW_BOOKS = 10_000
"""A shelf of so many books may be shuffled by books at any density: reading it whole is cheap."""


@dataclass(frozen=True, slots=True)
class Page:
    """Books of a shuffle, and the tokens around them."""

    shelf: Shelf
    books: list[FoundBook]
    page_token: str
    next_page_token: str
    """Empty at the shuffle's end."""


class PageDraw:
    """The making of one page: read `positions`, then `take` what stands there; if that gives none, `begin_another`.

    Every reading is a draw of its own, never a supplement to an earlier one: books of two
    snapshots in one answer would not be uniform. A fresh shuffle that must be read again is
    given up for one of another seed: that its first places were empty (or, when it is read
    again for another shelf's sake, that they were not) says something of the places, and
    after maintenance or in a shuffle of the books themselves (which the seed would fill from
    the same numbers) some books would be favoured by it.
    """

    def __init__(
        self, shelf: Shelf, place: ShufflePlace, excluded: frozenset[int], new_seed: Callable[[], int] | None
    ) -> None:
        """Begin a page.

        Args:
            shelf: the shelf as it was last seen. What is out of date costs another reading, never bias.
            place: where the page begins, and its size.
            excluded: ids of books that must not be in it.
            new_seed: gives the seed of another shuffle. If it is given this is the beginning of a fresh one, which
                must cover the shelf as it is now; None: the place's shuffle, and no other, is gone on with.
        """
        self._shelf = shelf
        self._place = place
        self._excluded = excluded
        self._new_seed = new_seed
        self._filled: Sequence[int] | None = None
        self._growths = 0
        self._count = self._first_count()

    @property
    def category_id(self) -> int:
        """The category whose shelf is drawn from."""
        return self._place.category_id

    @property
    def needs_filled(self) -> bool:
        """Whether the filled positions must be given before the next reading."""
        return self._place.whole

    def give_filled(self, positions: Sequence[int]) -> None:
        """Give all filled positions of the shelf, from the snapshot that the next reading will see."""
        self._filled = positions
        self._count = self._first_count()

    def must_read_on(self, books: Sequence[FoundBook | None]) -> bool:
        """Return whether excluded books leave too few of these; then `positions` become enough in any case.

        Only for a shuffle of the filled positions: more of it are read from the snapshot that they are of.
        """
        enough = self._place.page_size + len(self._excluded)
        has_all = self._count >= enough or self._place.offset + len(books) >= self._size
        if self._filled is None or has_all or len(self._pick(books)[0]) == self._place.page_size:
            return False
        self._count = enough
        return True

    @property
    def _size(self) -> int:
        return self._place.largest if self._filled is None else len(self._filled)

    def positions(self) -> list[int]:
        """Return the positions to read now, in the shuffle's order."""
        start = self._place.offset
        steps = shuffle.shuffled(self._place.seed, self._size, start, start + self._count)
        return steps if self._filled is None else [self._filled[step - 1] for step in steps]

    def take(self, books: Sequence[FoundBook | None], shelf: Shelf) -> Page | None:
        """Return the page if these books, read at `positions`, make one; else None: read again.

        Args:
            books: what stands at the positions, None for an empty place.
            shelf: the shelf as the same snapshot has it.
        """
        self._shelf = shelf
        if self._new_seed and shelf.largest > self._place.largest and self._growths < MOST_GROWTHS:
            self._growths += 1
            self._place = replace(self._place, largest=shelf.largest)
            self._count = self._first_count()
            return None
        picked, used = self._pick(books)
        offset = self._place.offset
        read_all = offset + len(books) >= self._size
        if len(picked) == self._place.page_size or read_all or self._place.whole:
            return self._page(picked, offset + used)
        if len(books) < shuffle.MOST_PLACES:
            self._count = min(len(books) * MORE, shuffle.MOST_PLACES)
            return None
        if not offset:
            self._place = replace(self._place, whole=True)
            return None
        return self._page(picked, offset + used)

    def begin_another(self) -> None:
        """Give up a fresh shuffle before it is read again. What is gone on with stays."""
        if self._new_seed:
            self._place = replace(self._place, seed=self._new_seed())

    def _pick(self, books: Sequence[FoundBook | None]) -> tuple[list[FoundBook], int]:
        """Return the first books that may be shown, and how many places they took."""
        first = books[: self._place.page_size]
        if not self._excluded and None not in first:
            return cast("list[FoundBook]", list(first)), len(first)
        picked: list[FoundBook] = []
        for used, book in enumerate(books, 1):
            if book is not None and book[BOOK_ID] not in self._excluded:
                picked.append(book)
                if len(picked) == self._place.page_size:
                    return picked, used
        return picked, len(books)

    def _page(self, books: list[FoundBook], offset: int) -> Page:
        ended = offset >= self._size or offset > shuffle.REACH
        following = "" if ended else encode_shuffle(self._place, offset)
        return Page(self._shelf, books, encode_shuffle(self._place), following)

    def _first_count(self) -> int:
        """Estimate the places to read from how full the shelf was and how many of its books are excluded."""
        places, books = self._shelf.largest, self._shelf.book_count
        if self._filled is not None:
            places = books = len(self._filled)
        left = max(self._size - self._place.offset, 0)
        return shuffle.places_needed(self._place.page_size, left, max(books - len(self._excluded), 0) / max(places, 1))


def may_be_whole(shelf: Shelf) -> bool:
    """Return whether the books of such a shelf may be shuffled instead of its places.

    Only then is a token that asks for it accepted, since that takes time proportional to
    the shelf's books. The service itself turns to it when 4,000 places held fewer than
    100 books to show.
    """
    return shelf.book_count <= max(shelf.largest // SPARSE, FEW_BOOKS)
