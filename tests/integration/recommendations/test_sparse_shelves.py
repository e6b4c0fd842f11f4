"""A shelf that is nearly empty: after its first draw the service reads it whole, beside the shared batches."""

from collections.abc import Iterator

import pytest

from protobufs import recommendations_pb2 as pb
from recommendations.domain.page_token import decode_shuffle
from tests.support.service import SERVING, Client, database_of, serving
from tests.support.shelves import Shop
from tests.support.statement_log import Sent, noted

POSITIONS = 15_000


@pytest.fixture
def observed(shop: Shop, standing_database: str) -> Iterator[tuple[Client, list[Sent]]]:
    """Give a client of a service that has drawn nothing yet, and the statements it sends to read books."""
    database = database_of(standing_database)
    sent = noted(database)
    with serving(database) as client:
        client.wait_until(SERVING)
        yield client, sent


def whole(answer: pb.RecommendBooksResponse) -> bool:
    return decode_shuffle(answer.page_token, 100).whole_shelf


@pytest.mark.parametrize("size", [10, 100])
def test_a_sparse_shelf_is_read_whole_once_its_density_is_known(
    shop: Shop, observed: tuple[Client, list[Sent]], size: int
) -> None:
    shelf = shop.shelf("sparse", POSITIONS, empty=set(range(1, POSITIONS + 1)) - set(range(50, POSITIONS, 100)))
    service, sent = observed
    service.books("sparse", max_results=size)
    sent.clear()
    for _ in range(5):
        answer = service.books("sparse", max_results=size)
        assert len({book.id for book in answer.books} & shelf.book_ids) == size
        assert whole(answer)
    assert [len(statement.positions) for statement in sent] == [size] * 5


def test_a_full_shelf_with_a_wrong_count_is_not_read_whole(shop: Shop, observed: tuple[Client, list[Sent]]) -> None:
    shop.shelf("full", 5_000)
    shop.run("UPDATE category SET book_count = 1 WHERE slug = 'full'")
    service, sent = observed
    service.books("full")
    sent.clear()
    assert not any(whole(service.books("full")) for _ in range(5))
    assert max(len(statement.positions) for statement in sent) < 20, "the density is known by then"


def test_a_shelf_that_was_filled_is_not_read_whole_any_more(shop: Shop, observed: tuple[Client, list[Sent]]) -> None:
    shelf = shop.shelf("sparse", POSITIONS, empty=set(range(1, POSITIONS + 1)) - set(range(50, POSITIONS, 100)))
    service, sent = observed
    for _ in range(3):
        service.books("sparse")
    shop.append(shelf.id, shop.books([f"New {number}" for number in range(POSITIONS)]))
    for _ in range(3):
        service.books("sparse")
    sent.clear()
    assert not whole(service.books("sparse"))
    assert len(sent[-1].positions) < 100
