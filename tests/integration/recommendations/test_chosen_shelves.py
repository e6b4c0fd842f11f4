"""RecommendShelves with categories, without repeated books, and repeated by its page token."""

import base64
from collections import Counter

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from recommendations.domain.model import DrawnShelf, ShelvesReplay
from recommendations.domain.page_token import decode_shelves, encode_shelves
from tests.support.service import Client, refused
from tests.support.shelves import Shop

SIZES = {"large": 9, "medium": 7, "small": 4, "tiny": 2}


def slugs(answer: pb.RecommendShelvesResponse) -> list[str]:
    return [shelf.category.slug for shelf in answer.shelves]


def ids(shelf: pb.Shelf) -> list[int]:
    return [book.id for book in shelf.books]


def all_ids(answer: pb.RecommendShelvesResponse) -> list[int]:
    return [book_id for shelf in answer.shelves for book_id in ids(shelf)]


@pytest.fixture
def four(shop: Shop) -> Shop:
    """Give the shop with four shelves of different sizes, and a category without books."""
    for slug, size in SIZES.items():
        shop.shelf(slug, size)
    shop.category("no-books")
    return shop


@pytest.fixture
def overlapping(shop: Shop) -> Shop:
    """Give the shop with three shelves that hold the same 200 books."""
    books = list(shop.shelf("first", 200).books.values())
    for slug in ("second", "third"):
        shop.append(shop.category(slug), books)
    return shop


def test_named_categories_come_first_in_their_order(four: Shop, service: Client) -> None:
    assert slugs(service.shelves(categories=["tiny", "medium"])) == ["tiny", "medium", "large", "small"]
    assert slugs(service.shelves(categories=["tiny", "medium"], max_shelves=2)) == ["tiny", "medium"]


def test_excluded_categories_are_left_out(four: Shop, service: Client) -> None:
    assert slugs(service.shelves(exclude_categories=["large", "nonsense"])) == ["medium", "small", "tiny"]
    answer = service.shelves(categories=["tiny", "small"], exclude_categories=["small", "large"])
    assert slugs(answer) == ["tiny", "medium"]


def test_slugs_without_a_shelf_are_left_out(four: Shop, service: Client) -> None:
    answer = service.shelves(categories=["nonsense", "", "no-books", "tiny", "tiny"])
    assert slugs(answer) == ["tiny", "large", "medium", "small"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 4])
def test_pages_of_named_and_other_shelves_show_each_once(four: Shop, service: Client, page_size: int) -> None:
    chosen = {"categories": ["tiny", "medium"], "max_shelves": page_size}
    answer = service.shelves(**chosen)
    shown = slugs(answer)
    while answer.next_page_token:
        answer = service.shelves(**chosen, page_token=answer.next_page_token)
        assert answer.shelves
        shown += slugs(answer)
    assert shown == ["tiny", "medium", "large", "small"]


@pytest.mark.parametrize("field", ["categories", "exclude_categories"])
@pytest.mark.parametrize("names", [["a"] * 51, ["a\0"], ["a" * 1_001]], ids=["51 slugs", "NUL", "long"])
def test_too_many_or_impossible_names_are_invalid(service: Client, field: str, names: list[str]) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        service.shelves(**{field: names})
    assert error.details.startswith(field)


def test_distinct_books_appear_once_in_the_answer(overlapping: Shop, service: Client) -> None:
    for _ in range(20):
        answer = service.shelves(distinct_books=True)
        assert [len(shelf.books) for shelf in answer.shelves] == [6, 6, 6]
        assert len(set(all_ids(answer))) == 18


def test_without_distinct_books_shelves_repeat_books(overlapping: Shop, service: Client) -> None:
    assert max(Counter(all_ids(service.shelves(max_results=20))).values()) > 1


def test_a_shelf_without_enough_other_books_shows_fewer(shop: Shop, service: Client) -> None:
    books = list(shop.shelf("first", 8).books.values())
    shop.append(shop.category("second"), books)
    first, second = service.shelves(distinct_books=True).shelves
    assert len(first.books) == 6
    assert set(ids(second)) == set(books) - set(ids(first))


def test_the_tokens_of_a_distinct_shelf_lead_through_its_whole_shuffle(overlapping: Shop, service: Client) -> None:
    answer = service.shelves(distinct_books=True, max_results=10)
    for shelf in answer.shelves:
        slug = shelf.category.slug
        shuffle = ids_of(service.books(slug, page_token=shelf.page_token, max_results=100))
        shown = ids(shelf)
        assert [book_id for book_id in shuffle if book_id in shown] == shown, "the order is that of the shuffle"
        rest = ids_of(service.books(slug, page_token=shelf.next_page_token, max_results=100))
        behind = shuffle[shuffle.index(shown[-1]) + 1 :]
        assert rest[: len(behind)] == behind


def ids_of(answer: pb.RecommendBooksResponse) -> list[int]:
    return [book.id for book in answer.books]


@pytest.mark.parametrize("distinct_books", [False, True])
def test_the_page_token_returns_the_same_shelves_and_books(
    overlapping: Shop, service: Client, *, distinct_books: bool
) -> None:
    overlapping.shelf("sparse", 9_000, empty=set(range(1, 9_001)) - set(range(10, 9_000, 600)))
    chosen = {"categories": ["second", "sparse"], "max_shelves": 3}
    answer = service.shelves(**chosen, distinct_books=distinct_books, max_results=7)
    assert slugs(answer) == ["second", "sparse", "first"]
    for _ in range(3):
        assert service.shelves(**chosen, page_token=answer.page_token) == answer


def test_the_page_token_of_a_later_page_returns_that_page(four: Shop, service: Client) -> None:
    first = service.shelves(max_shelves=2)
    second = service.shelves(max_shelves=2, page_token=first.next_page_token)
    assert slugs(second) == ["small", "tiny"]
    assert service.shelves(page_token=second.page_token) == second
    assert service.shelves(page_token=first.page_token) == first


def test_the_page_token_is_still_good_after_shelves_have_grown(four: Shop, service: Client) -> None:
    answer = service.shelves()
    four.append(four.number("SELECT id FROM category WHERE slug = 'tiny'"), four.books(["New"]))
    again = service.shelves(page_token=answer.page_token)
    assert [ids(shelf) for shelf in again.shelves] == [ids(shelf) for shelf in answer.shelves]


def test_the_page_token_leaves_out_shelves_that_are_gone(four: Shop, service: Client) -> None:
    answer = service.shelves()
    four.run("DELETE FROM category WHERE slug = 'medium'")
    again = service.shelves(page_token=answer.page_token)
    assert list(again.shelves) == [shelf for shelf in answer.shelves if shelf.category.slug != "medium"]
    four.clear()
    assert service.shelves(page_token=answer.page_token) == pb.RecommendShelvesResponse()


def test_forged_page_tokens_are_invalid(four: Shop, service: Client) -> None:
    replay = decode_shelves(service.shelves().page_token, 50, 20)
    assert replay
    largest, *others = replay.shelves
    for forged in (
        replay._replace(page_size=21),
        replay._replace(page_size=0),
        replay._replace(shelves=[]),
        replay._replace(shelves=[largest, largest]),
        replay._replace(shelves=[largest._replace(max_position=10), *others]),
    ):
        with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
            service.shelves(page_token=encode_shelves(forged))
        assert error.details.startswith("page_token")


def test_a_page_token_with_any_one_byte_changed_never_fails_otherwise(four: Shop, service: Client) -> None:
    packed = base64.urlsafe_b64decode(service.shelves(distinct_books=True).page_token + "==")
    for place in range(len(packed)):
        changed = bytearray(packed)
        changed[place] ^= 0x81
        try:
            service.shelves(page_token=base64.urlsafe_b64encode(changed).decode().rstrip("="))
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT  # noqa: PT017  # other bytes make another answer


def test_a_page_token_of_shelves_is_no_token_of_books(four: Shop, service: Client) -> None:
    token = encode_shelves(ShelvesReplay(5, 6, False, [DrawnShelf(1, 5, False)]))  # noqa: FBT003
    for call in (service.books, service.categories):
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            call(page_token=token)
