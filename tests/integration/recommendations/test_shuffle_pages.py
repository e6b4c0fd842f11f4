"""Pages of one shuffle: tokens replay a page or continue after it, and are valid for nothing else."""

import base64
from collections.abc import Iterator
from random import Random

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from recommendations.domain.model import ShuffleCursor
from recommendations.domain.page_token import decode_shuffle, encode_shuffle
from recommendations.domain.shuffle import MAX_OFFSET
from tests.support.service import Client, refused
from tests.support.shelves import Shop


def pages(
    service: Client, category: str, sizes: tuple[int, ...] = (0,), **fields: object
) -> Iterator[pb.RecommendBooksResponse]:
    """Follow a fresh shuffle to its end, with these page sizes in turn; the last one repeats."""
    answer = service.books(category, max_results=sizes[0], **fields)
    yield answer
    remaining_sizes = iter(sizes[1:])
    while answer.next_page_token:
        size = next(remaining_sizes, sizes[-1])
        answer = service.books(category, max_results=size, page_token=answer.next_page_token, **fields)
        yield answer


def walked(answers: Iterator[pb.RecommendBooksResponse]) -> list[int]:
    return [book.id for answer in answers for book in answer.books]


def place_of(token: str) -> ShuffleCursor:
    return decode_shuffle(token, max_page_size=100)


HALF_EMPTY = [position for position in range(1, 301) if position % 2]
GAP = range(50, 170)
LAST_ONES = range(200, 301)


@pytest.mark.parametrize("empty", [[], HALF_EMPTY, GAP, LAST_ONES], ids=["none", "half", "gap", "tail"])
@pytest.mark.parametrize("sizes", [(0,), (1, 100), (7,), (100, 3, 40)], ids=str)
def test_following_a_shuffle_meets_every_book_exactly_once(
    shop: Shop, service: Client, empty: list[int], sizes: tuple[int, ...]
) -> None:
    shelf = shop.shelf("mystery", 300, empty)
    drawn = walked(pages(service, "mystery", sizes))
    assert sorted(drawn) == sorted(shelf.book_ids)


def test_following_a_shuffle_of_the_whole_catalogue_meets_every_book_exactly_once(shop: Shop, service: Client) -> None:
    books = shop.shelf("mystery", 70).book_ids | shop.shelf("poetry", 50, empty=range(3, 30)).book_ids
    assert sorted(walked(pages(service, ""))) == sorted(books)


@pytest.mark.parametrize("sizes", [(0,), (30, 1, 5, 100)], ids=str)
def test_following_a_shuffle_of_a_shelf_that_is_nearly_empty_meets_every_book_exactly_once(
    shop: Shop, service: Client, sizes: tuple[int, ...]
) -> None:
    filled = set(range(100, 20_000, 1_600))
    shelf = shop.shelf("sparse", 20_000, empty=set(range(1, 20_001)) - filled)
    assert sorted(walked(pages(service, "sparse", sizes))) == sorted(shelf.book_ids)


def test_a_shuffle_continues_after_a_long_run_of_empty_slots(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 6_000)
    first = service.books("mystery", max_results=5)
    kept = {book.id for book in first.books} | set(sorted(shelf.book_ids)[:3])
    shop.empty(shelf.id, [position for position, book_id in shelf.books.items() if book_id not in kept])
    rest: list[int] = []
    token, answers = first.next_page_token, 0
    while token:
        answer = service.books("mystery", page_token=token)
        rest += [book.id for book in answer.books]
        token, answers = answer.next_page_token, answers + 1
    assert sorted(rest) == sorted(kept - {book.id for book in first.books})
    assert answers > 1


def test_the_page_token_sends_the_very_page_again(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 300, GAP)
    for answer in pages(service, "mystery", (17, 40, 3, 100)):
        assert service.books("mystery", page_token=answer.page_token) == answer


def test_the_page_token_sends_the_very_page_of_a_nearly_empty_shelf_again(shop: Shop, service: Client) -> None:
    shop.shelf("sparse", 20_000, empty=set(range(1, 20_001)) - set(range(100, 20_000, 800)))
    answers = list(pages(service, "sparse", (20, 2)))
    assert len(answers) > 3
    for answer in answers:
        assert service.books("sparse", page_token=answer.page_token) == answer


def test_a_token_keeps_its_size_until_another_is_requested(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 90)
    first = service.books("mystery", max_results=7)
    second = service.books("mystery", page_token=first.next_page_token)
    assert len(second.books) == 7
    third = service.books("mystery", page_token=second.next_page_token, max_results=20)
    assert len(third.books) == 20
    assert len(service.books("mystery", page_token=third.next_page_token).books) == 20


def test_a_smaller_size_shows_the_beginning_of_the_same_page(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 90, empty=range(1, 40))
    page = service.books("mystery", max_results=20)
    assert service.books("mystery", page_token=page.page_token, max_results=5).books == page.books[:5]


def test_exclusions_hold_across_pages_when_they_are_repeated(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 300, HALF_EMPTY)
    excluded = sorted(shelf.book_ids)[::3]
    drawn = walked(pages(service, "mystery", (20,), exclude_book_ids=excluded))
    assert sorted(drawn) == sorted(shelf.book_ids - set(excluded))


def test_the_shown_books_may_be_excluded_page_by_page_without_missing_one(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 95)
    answer = service.books("mystery")
    seen = [book.id for book in answer.books]
    while answer.next_page_token:
        answer = service.books("mystery", page_token=answer.next_page_token, exclude_book_ids=seen)
        seen += [book.id for book in answer.books]
    assert sorted(seen) == sorted(shelf.book_ids)


def test_a_shuffle_can_be_followed_for_ten_thousand_positions_and_then_ends(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 10_500)
    drawn = walked(pages(service, "mystery", (100,)))
    assert len(set(drawn)) == len(drawn)
    assert MAX_OFFSET <= len(drawn) <= MAX_OFFSET + 100
    assert set(drawn) <= shelf.book_ids


def test_a_shuffle_of_exactly_ten_thousand_positions_misses_none(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", MAX_OFFSET)
    assert set(walked(pages(service, "mystery", (99, 100)))) == shelf.book_ids


@pytest.fixture
def token(shop: Shop, service: Client) -> str:
    """Give a genuine token of the second page of a shelf of 40 slots."""
    shop.shelf("mystery", 40)
    shop.shelf("poetry", 40)
    return service.books("mystery").next_page_token


def test_another_categorys_token_is_refused(service: Client, token: str) -> None:
    for other in ("poetry", ""):
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            service.books(other, page_token=token)


@pytest.mark.parametrize(
    "change",
    [
        {"offset": 40},
        {"offset": MAX_OFFSET},
        {"offset": MAX_OFFSET + 1},
        {"offset": 2**16 - 1},
        {"max_position": 41},
        {"max_position": 2**32 - 1},
        {"page_size": 0},
        {"page_size": 101},
        {"page_size": 255},
        {"category_id": 2**32 - 1},
        {"category_id": 0},
        {"whole_shelf": True, "category_id": 0},
        {"whole_shelf": True, "max_position": 41},
    ],
    ids=str,
)
def test_a_forged_token_is_refused(service: Client, token: str, change: dict[str, int]) -> None:
    forged = encode_shuffle(place_of(token)._replace(**change))  # type: ignore[arg-type]
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        service.books("mystery", page_token=forged)
    assert error.details.startswith("page_token")


def test_a_token_that_would_have_a_large_shelf_read_whole_is_refused(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 10_001)
    forged = encode_shuffle(place_of(service.books("mystery").page_token)._replace(whole_shelf=True))
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        service.books("mystery", page_token=forged)


def test_a_shuffle_in_whole_read_mode_continues_after_excluded_books(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 400)
    by_books = encode_shuffle(place_of(service.books("mystery").page_token)._replace(whole_shelf=True))
    first = service.books("mystery", page_token=by_books)
    following = service.books("mystery", page_token=first.next_page_token)
    shown = [[book.id for book in answer.books] for answer in (first, following)]
    page = service.books("mystery", page_token=by_books, exclude_book_ids=shown[0][1:])
    assert [book.id for book in page.books] == [shown[0][0], *shown[1][:9]]


@pytest.mark.parametrize("category", ["mystery", "poetry", ""])
def test_random_bytes_are_no_token(service: Client, token: str, category: str) -> None:
    random = Random(7)
    length = len(base64.urlsafe_b64decode(token))
    for _ in range(50):
        forged = base64.urlsafe_b64encode(random.randbytes(length)).decode()
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            service.books(category, page_token=forged)


def test_a_token_with_any_one_byte_changed_never_fails_otherwise(service: Client, token: str) -> None:
    packed = base64.urlsafe_b64decode(token)
    for place in range(len(packed)):
        changed = bytearray(packed)
        changed[place] ^= 0x81
        try:
            service.books("mystery", page_token=base64.urlsafe_b64encode(changed).decode())
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT  # noqa: PT017  # other bytes make another page


def test_a_token_of_a_list_is_no_token_of_a_shuffle(shop: Shop, service: Client, token: str) -> None:
    for other in (service.categories(page_size=1).next_page_token, service.shelves(max_shelves=1).next_page_token):
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            service.books("mystery", page_token=other)


def test_a_token_from_before_the_shelf_grew_is_still_good(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 40)
    first = service.books("mystery")
    shop.append(shelf.id, shop.books(["New"]))
    rest = walked(iter([service.books("mystery", page_token=first.next_page_token, max_results=100)]))
    assert {book.id for book in first.books} | set(rest) >= shelf.book_ids


def test_a_token_from_before_the_shelf_shrank_is_still_good(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 40)
    first = service.books("mystery")
    shown = {book.id for book in first.books}
    shop.run("DELETE FROM slot WHERE category_id = %s AND position > 20", shelf.id)
    rest = walked(iter([service.books("mystery", page_token=first.next_page_token, max_results=100)]))
    assert set(rest) == {book_id for position, book_id in shelf.books.items() if position <= 20} - shown
