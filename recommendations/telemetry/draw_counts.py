"""Counts what draws read, and why some are repeated."""

from collections import Counter
from dataclasses import dataclass, field

from recommendations.domain.page_draw import Done, Read, ReadWhole, Step
from recommendations.telemetry.metrics import Labels


@dataclass(slots=True)
class DrawCounts:
    """Totals since the start, without draws from an author's books."""

    positions: int = 0
    """Positions that draws read."""

    empty_slots: int = 0
    """How many of them were empty."""

    books: int = 0
    """Books in responses."""

    whole_reads: int = 0
    """Draws that read all filled positions of a shelf."""

    redraws: Counter[Labels] = field(default_factory=Counter)
    """Repeated reads by reason: shelf_grown, too_few_books, sparse_shelf."""

    def note_read(self, positions: int, empty: int) -> None:
        """Count the positions of one shelf."""
        self.positions += positions
        self.empty_slots += empty

    def note_step(self, step: Read | ReadWhole, following: Step) -> None:
        """Count a read, and the pages or the repeated read that follow from it."""
        if isinstance(step, ReadWhole):
            self.whole_reads += 1
        if isinstance(following, Done):
            self.books += sum(len(page.books) for page in following.pages)
        else:
            self.redraws[(_reason(step, following),)] += 1


def _reason(step: Read | ReadWhole, following: Read | ReadWhole) -> str:
    pairs = list(zip(step.response.draws, following.response.draws, strict=True))
    if any(before.growths < after.growths for before, after in pairs):
        return "shelf_grown"
    if any(before.cursor.whole_shelf < after.cursor.whole_shelf for before, after in pairs):
        return "sparse_shelf"
    return "too_few_books"
