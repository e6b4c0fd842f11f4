"""Shelves in memory, read as the database would read them."""

from collections.abc import Sequence
from typing import TypeAlias

from recommendations.domain.draw import positions_of
from recommendations.domain.model import BookRow, FilledPositions, Shelf, Snapshot
from recommendations.domain.page_draw import Read, ReadWhole

Slots: TypeAlias = dict[int, int | None]
"""The book id at each position; None for an empty slot."""


def row(book_id: int) -> BookRow:
    """Return the row of a book."""
    return BookRow(book_id, f"Book {book_id}", (), None, None, None, None)


def read(step: Read | ReadWhole, shelves: Sequence[tuple[Slots, Shelf]]) -> Snapshot:
    """Do the read that a step requests; the shelves are those of its draws, in order."""
    books, filled = [], {}
    for draw, (slots, shelf) in zip(step.response.draws, shelves, strict=True):
        if draw.cursor.whole_shelf:
            positions = sorted(position for position, book in slots.items() if book is not None)
            excluded = {position for position in positions if slots[position] in draw.excluded}
            filled[shelf.id] = FilledPositions(positions, excluded)
        requested = positions_of(draw, filled.get(shelf.id)).positions
        assert len(requested) == len(set(requested))
        at = [slots.get(position) for position in requested]
        books.append([None if book is None else row(book) for book in at])
    return Snapshot(books, {shelf.id: shelf for _, shelf in shelves}, filled)
