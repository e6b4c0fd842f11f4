import pytest

from marketplace.catalogue import BookRecommendation
from marketplace.presentation import cover_classes, year_in_words


@pytest.mark.parametrize(
    ("year", "words"), [(1984, "1984"), (1000, "1000"), (180, "AD 180"), (-1, "1 BC"), (-800, "800 BC")]
)
def test_years_are_written_as_readers_do(year: int, words: str) -> None:
    assert year_in_words(year) == words


def test_a_book_has_the_same_cover_at_every_visit() -> None:
    assert cover_classes(BookRecommendation(31, "T", (), None, "")) == "palette-7 pattern-2"


def test_books_that_were_added_together_differ() -> None:
    covers = {cover_classes(BookRecommendation(book_id, "T", (), None, "")) for book_id in range(1, 73)}

    assert len(covers) == 72
