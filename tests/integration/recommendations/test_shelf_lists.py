"""The list of shelves is cached for a second; the books on them never are."""

import asyncio

from protobufs import recommendations_pb2 as pb
from recommendations.domain.model import FIRST_SHELF, ShelvesQuery
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.shelf_lists import MAX_AGE_S, MAX_LISTS, ShelfLists
from tests.support.processes import wait_until
from tests.support.service import Client, database_of
from tests.support.shelves import Shop


def slugs(response: pb.RecommendShelvesResponse) -> list[str]:
    return [shelf.category.slug for shelf in response.shelves]


def test_a_new_category_appears_within_moments(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 30)
    assert slugs(service.shelves()) == ["mystery"]
    shop.shelf("poetry", 20)
    wait_until(lambda: slugs(service.shelves()) == ["mystery", "poetry"], timeout_s=10)


def test_a_category_that_has_lost_its_books_or_is_gone_disappears_at_once(shop: Shop, service: Client) -> None:
    emptied, deleted = shop.shelf("emptied", 3), shop.shelf("deleted", 2)
    shop.shelf("stays", 1)
    assert slugs(service.shelves()) == ["emptied", "deleted", "stays"]
    shop.empty(emptied.id, emptied.books)
    assert slugs(service.shelves()) == ["deleted", "stays"]
    shop.run("DELETE FROM slot WHERE category_id = %s", deleted.id)
    shop.run("DELETE FROM category WHERE id = %s", deleted.id)
    assert slugs(service.shelves()) == ["stays"]


def test_the_first_category_of_an_empty_shop_appears_at_once(shop: Shop, service: Client) -> None:
    assert slugs(service.shelves()) == []
    shop.shelf("mystery", 1)
    assert slugs(service.shelves()) == ["mystery"]


def test_a_list_is_read_again_when_it_is_a_second_old(shop: Shop, standing_database: str) -> None:
    asyncio.run(check_ages(shop, DatabaseConnection(database_of(standing_database))))


async def check_ages(shop: Shop, connection: DatabaseConnection) -> None:
    now = 100.0
    lists = ShelfLists(connection, lambda: now)

    async def listed(shelf_count: int = 12) -> list[str]:
        shelf_list = await lists.get(ShelvesQuery(FIRST_SHELF, shelf_count, 6))
        return [shelf.slug for shelf in shelf_list.shelves]

    shop.shelf("mystery", 2)
    assert await listed() == ["mystery"]
    shop.shelf("poetry", 1)
    now += 0.9 * MAX_AGE_S
    assert await listed() == ["mystery"]
    assert await listed(shelf_count=11) == ["mystery", "poetry"]
    now += 0.2 * MAX_AGE_S
    assert await listed() == ["mystery", "poetry"]

    shop.shelf("drama", 3)
    for shelf_count in range(1, MAX_LISTS + 1):
        await listed(shelf_count + 50)
    assert await listed() == ["drama", "mystery", "poetry"]
    await connection.close()
