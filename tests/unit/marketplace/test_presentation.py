import pytest
from markupsafe import Markup

from marketplace.domain import BookRecommendation, Category
from marketplace.pages.covers import cover_of
from marketplace.pages.languages import language_in_words
from marketplace.pages.presentation import authors_in_words, by_initial, cards, query, year_in_words


@pytest.mark.parametrize(
    ("year", "words"), [(1984, "1984"), (1000, "1000"), (180, "AD 180"), (-1, "1 BC"), (-800, "800 BC")]
)
def test_years_are_written_as_readers_do(year: int, words: str) -> None:
    assert year_in_words(year) == words


@pytest.mark.parametrize(
    ("authors", "words"),
    [
        ((), ""),
        (("A",), "A"),
        (("A", "B", "C"), "<bdi>A</bdi>, <bdi>B</bdi>, <bdi>C</bdi>"),
        (("A", "B", "C", "D"), "<bdi>A</bdi> and 3 others"),
        (("A",) * 14, "<bdi>A</bdi> and 13 others"),
    ],
)
def test_a_shelf_names_few_authors(authors: tuple[str, ...], words: str) -> None:
    assert authors_in_words(authors) == words


def test_no_author_turns_round_what_stands_after_it_and_none_is_taken_for_markup() -> None:
    assert authors_in_words(("\u202eA", "<b> & B")) == "<bdi>\u202eA</bdi>, <bdi>&lt;b&gt; &amp; B</bdi>"
    assert isinstance(authors_in_words(("A", "B")), Markup)
    assert not isinstance(authors_in_words(("<b>A</b>",)), Markup)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", "English"),
        ("EN", "English"),
        ("pt-BR", "Portuguese (pt-BR)"),
        ("ja-Latn", "Japanese in Latin letters"),
        ("tlh", "tlh"),
        ("x-ours", "x-ours"),
    ],
)
def test_languages_are_called_by_their_names_or_else_by_their_tags(tag: str, words: str) -> None:
    assert language_in_words(tag) == words


def test_each_book_of_a_shelf_is_dressed_in_its_order() -> None:
    books = [BookRecommendation(book_id, "T", ("A", "B"), -1, "", None) for book_id in (31, 31, 7)]

    first, second, third = cards(books)

    assert [card.id for card in (first, second, third)] == [31, 31, 7]
    assert first[1:5] == ("T", "A", "<bdi>A</bdi>, <bdi>B</bdi>", "1 BC")
    assert first.classes == cover_of(31).classes
    assert second.classes != first.classes
    assert third.classes == cover_of(7).classes


def test_what_is_unknown_of_a_book_is_empty() -> None:
    (card,) = cards([BookRecommendation(1, "T", (), None, "", None)])

    assert (card.author, card.authors, card.year, card.picture) == ("", "", "", "")


def test_categories_are_parted_where_their_first_letter_changes() -> None:
    categories = [Category(name, name, 1) for name in ("Art", "art", "Zen", "", "Ödes")]

    assert by_initial(categories) == [
        ("A", categories[:2]),
        ("Z", categories[2:3]),
        ("", categories[3:4]),
        ("Ö", categories[4:]),
    ]


def test_addresses_name_only_what_is_asked_for() -> None:
    assert query({"page_token": "a&b", "max_results": 0, "exclude": (3, 4), "user_id": None}) == (
        "?page_token=a%26b&exclude=3&exclude=4"
    )
    assert query({"page_token": ""}) == ""
