import pytest

from marketplace.catalogue import BookRecommendation
from marketplace.presentation import cover_classes, dressed, year_in_words


@pytest.mark.parametrize(
    ("year", "words"), [(1984, "1984"), (1000, "1000"), (180, "AD 180"), (-1, "1 BC"), (-800, "800 BC")]
)
def test_years_are_written_as_readers_do(year: int, words: str) -> None:
    assert year_in_words(year) == words


def test_each_book_of_a_shelf_is_dressed_in_its_order() -> None:
    books = [BookRecommendation(book_id, "T", (), None, "") for book_id in (31, 31, 7)]

    first, second, third = dressed(books)

    assert [book for book, _ in (first, second, third)] == books
    assert first[1] == cover_classes(books[0])
    assert second[1] != first[1]
    assert third[1] == cover_classes(books[2])
