"""The rules of ListCategories."""

import base64

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from recommendations.domain.page_token import encode_list
from tests.support.service import Client, refused
from tests.support.shelves import Shop


def walked(service: Client, page_size: int) -> list[str]:
    answer = service.categories(page_size=page_size)
    collected = [category.slug for category in answer.categories]
    while answer.next_page_token:
        answer = service.categories(page_size=page_size, page_token=answer.next_page_token)
        collected += [category.slug for category in answer.categories]
    return collected


def shelve(shop: Shop, names: dict[str, str]) -> None:
    """Make a category of each slug and name, with one book."""
    for slug, name in names.items():
        shop.shelf(slug, 1, name=name)


def test_a_category_is_listed_with_its_name_and_count(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 9, empty=[2, 3], name="Mystery & Crime")
    assert service.categories() == pb.ListCategoriesResponse(
        categories=[pb.Category(slug="mystery", name="Mystery & Crime", book_count=7)]
    )


def test_categories_are_ordered_by_name_without_regard_to_case_then_by_slug(shop: Shop, service: Client) -> None:
    shelve(shop, {"z": "apple", "d": "Banana", "c": "banana", "b": "BANANA", "a": "cherry"})
    assert walked(service, 100) == ["z", "b", "c", "d", "a"]


def test_letters_beyond_ascii_are_folded_too(shop: Shop, service: Client) -> None:
    shelve(shop, {"c": "Поэзия", "a": "поэзия", "b": "ПОЭЗИЯ"})
    assert walked(service, 100) == ["a", "b", "c"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_pages_of_categories_show_each_once_in_the_same_order(shop: Shop, service: Client, page_size: int) -> None:
    names = {
        "a": "Éditions", "b": "éditions", "c": "Poetry", "d": "poetry", "e": "詩", "f": "Ωδή", "g": "ωδή",
        "h": "İstanbul", "i": "Straße", "j": "STRASSE", "k": "Poetry", "l": "50 % & more_", "m": "'", "n": "\\",
    }  # fmt: skip
    shelve(shop, names)
    in_one_go = walked(service, 1_000)
    assert sorted(in_one_go) == sorted(names)
    assert walked(service, page_size) == in_one_go


@pytest.mark.parametrize("name", ["詩" * 400, "n" * 5_000, "a\x1fb", "a\nb"], ids=["wide", "long", "separator", "line"])
def test_no_name_stops_the_paging(shop: Shop, service: Client, name: str) -> None:
    shelve(shop, {"a": name + " 1", "b": name + " 2", "c": name + " 3"})
    assert walked(service, 1) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("requested", "given"), [(0, 100), (1, 1), (1_000, 1_000), (1_001, 1_000), (2**31 - 1, 1_000)], ids=str
)
def test_lists_a_hundred_by_default_and_at_most_a_thousand(
    shop: Shop, service: Client, requested: int, given: int
) -> None:
    shop.run(
        "INSERT INTO category (slug, name, book_count)"
        " SELECT 'c-' || n, 'Category ' || n, 1 FROM generate_series(1, 1005) AS n"
    )
    answer = service.categories(page_size=requested)
    assert len(answer.categories) == given
    assert answer.next_page_token


@pytest.mark.parametrize(
    ("starting_at", "slugs"),
    [
        ("", "abcde"),
        ("p", "bcde"),
        ("POETRY", "bcde"),
        ("poetry b", "de"),
        ("ö", "e"),
        ("Ö", "e"),
        ("z", "e"),
        ("я", ""),
    ],
)
def test_a_list_may_begin_at_a_text(shop: Shop, service: Client, starting_at: str, slugs: str) -> None:
    shelve(shop, {"a": "Art", "c": "Poetry", "b": "poetry", "d": "Sea", "e": "Öl"})

    first = service.categories(starting_at=starting_at, page_size=1)
    answer = list(first.categories)
    if first.next_page_token:
        answer += service.categories(page_token=first.next_page_token).categories

    assert "".join(category.slug for category in answer) == slugs


def test_initials_are_those_of_the_whole_list_and_each_leads_to_its_first_category(shop: Shop, service: Client) -> None:
    names = {"a": "Art", "b": "art", "c": "Übung", "d": "9", "e": "İstanbul", "f": "'", "g": "詩"}
    shelve(shop, names)
    shop.category("bare", "Bare")

    initials = list(service.categories(page_size=1, with_initials=True).initials)

    assert initials == ["'", "9", "a", "i", "ü", "詩"]
    firsts = [service.categories(starting_at=initial, page_size=1).categories[0].slug for initial in initials]
    assert firsts == ["f", "d", "a", "e", "c", "g"]
    assert not service.categories().initials


def test_the_last_page_has_no_next_one_even_if_it_is_full(shop: Shop, service: Client) -> None:
    shelve(shop, {"a": "A", "b": "B"})
    assert service.categories(page_size=2).next_page_token == ""


def test_the_whole_catalogue_and_categories_without_books_are_left_out(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 3)
    shop.shelf("emptied", 3, empty=[1, 2, 3])
    shop.category("new")
    assert walked(service, 100) == ["mystery"]


def test_an_empty_shop_has_no_categories(service: Client) -> None:
    assert service.categories() == pb.ListCategoriesResponse()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"page_size": -1}, "page_size"),
        ({"page_token": "nonsense"}, "page_token"),
        ({"page_token": "=="}, "page_token"),
        ({"page_token": "n\0"}, "page_token"),
        ({"starting_at": "n\0"}, "starting_at"),
        ({"starting_at": "n" * 1_001}, "starting_at"),
        ({"starting_at": "n", "page_token": encode_list("categories", "n", "n")}, "starting_at"),
    ],
)
def test_an_invalid_request_names_the_field(service: Client, fields: dict[str, object], named: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        service.categories(**fields)
    assert error.details.startswith(named)


@pytest.mark.parametrize(
    "packed", [b"\1\2", b"\1\2only-one", b"\1\2a\x1fb\0", b"\1\2\xff\x1fb", b"\2\2a\x1fb", b"\1\3a\x1fb"]
)
def test_a_forged_token_is_refused(service: Client, packed: bytes) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        service.categories(page_token=base64.urlsafe_b64encode(packed).decode().rstrip("="))


def test_tokens_of_other_lists_are_refused(shop: Shop, service: Client) -> None:
    for number in range(3):
        shop.shelf(f"category-{number}", 30)
    for other in (service.shelves(max_shelves=1).next_page_token, service.books("").next_page_token):
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            service.categories(page_token=other)
