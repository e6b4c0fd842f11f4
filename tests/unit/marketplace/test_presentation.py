import pytest
from markupsafe import Markup

from marketplace.branding.shop import Shop
from marketplace.domain import BookRecommendation
from marketplace.pages.covers import cover_of
from marketplace.pages.presentation import Presentation, direction_of, query

SHOP = Presentation(Shop(), ())


@pytest.mark.parametrize(
    ("year", "text"), [(1984, "1984"), (1000, "1000"), (180, "AD 180"), (-1, "1 BC"), (-800, "800 BC")]
)
def test_years_are_written_for_readers(year: int, text: str) -> None:
    assert SHOP.year(year) == text


@pytest.mark.parametrize(
    ("authors", "text"),
    [
        ((), ""),
        (("A",), "A"),
        (("A", "B", "C"), "<bdi>A</bdi>, <bdi>B</bdi>, <bdi>C</bdi>"),
        (("A", "B", "C", "D"), "<bdi>A</bdi> and 3 others"),
        (("A",) * 14, "<bdi>A</bdi> and 13 others"),
    ],
)
def test_a_shelf_names_few_authors(authors: tuple[str, ...], text: str) -> None:
    assert SHOP.authors(authors) == text


def test_names_are_isolated_and_escaped() -> None:
    assert SHOP.authors(("\u202eA", "<b> & B")) == "<bdi>\u202eA</bdi>, <bdi>&lt;b&gt; &amp; B</bdi>"
    assert isinstance(SHOP.authors(("A", "B")), Markup)
    assert not isinstance(SHOP.authors(("<b>A</b>",)), Markup)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "English"),
        ("EN", "English"),
        ("pt-BR", "Portuguese (pt-BR)"),
        ("ja-Latn", "Japanese in Latin letters"),
        ("tlh", "tlh"),
        ("x-ours", "x-ours"),
        ("latin", "latin"),
    ],
)
def test_languages_have_names_or_else_tags(tag: str, text: str) -> None:
    assert SHOP.language(tag) == text


def test_a_card_holds_the_facts_of_its_book() -> None:
    card = SHOP.card(BookRecommendation(31, "T", ("A", "B"), -1, "", None, None))

    assert card[:5] == (31, "T", "A", "<bdi>A</bdi>, <bdi>B</bdi>", "1 BC")
    assert card.classes == cover_of(31).classes


def test_unknown_facts_of_a_book_are_empty() -> None:
    card = SHOP.card(BookRecommendation(1, "T", (), None, "", None, None))

    assert (card.author, card.authors, card.year, card.picture) == ("", "", "", "")


def test_urls_contain_only_requested_parameters() -> None:
    assert query({"page_token": "a&b", "max_results": 0, "exclude": (3, 4), "user_id": None}) == (
        "?page_token=a%26b&exclude=3&exclude=4"
    )
    assert query({"page_token": ""}) == ""


@pytest.mark.parametrize(
    ("text", "direction"),
    [("Homer", "ltr"), ("نجيب محفوظ", "rtl"), ("שיר", "rtl"), ("(1) Homer, שיר", "ltr"), ("?", "auto"), ("", "auto")],
)
def test_the_direction_of_names_is_that_of_the_first_letter(text: str, direction: str) -> None:
    assert direction_of(text) == direction
