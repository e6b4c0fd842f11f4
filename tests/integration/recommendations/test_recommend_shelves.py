"""The rules of RecommendShelves."""

import base64

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.query_obstacle import IN_THIS_DATABASE
from tests.support.service import SERVING, Client, database_of, refused, serving
from tests.support.shelves import Shop
from tests.support.statement_log import noted


def slugs(answer: pb.RecommendShelvesResponse) -> list[str]:
    return [shelf.category.slug for shelf in answer.shelves]


def walked(service: Client, **fields: object) -> list[str]:
    answer = service.shelves(**fields)
    collected = slugs(answer)
    while answer.next_page_token:
        answer = service.shelves(**{**fields, "page_token": answer.next_page_token})
        collected += slugs(answer)
    return collected


def test_the_shelves_with_the_most_books_come_first_then_by_slug(shop: Shop, service: Client) -> None:
    for slug, size in {"few": 2, "most": 9, "b": 5, "a": 5, "c": 5, "one": 1}.items():
        shop.shelf(slug, size)
    assert slugs(service.shelves()) == ["most", "a", "b", "c", "few", "one"]


def test_empty_slots_do_not_affect_that_order(shop: Shop, service: Client) -> None:
    shop.shelf("long", 50, empty=range(4, 51))
    shop.shelf("full", 5)
    assert slugs(service.shelves()) == ["full", "long"]


def test_a_shelf_has_its_category_and_distinct_books_of_it(shop: Shop, service: Client) -> None:
    mystery, poetry = shop.shelf("mystery", 30, name="Mystery & Crime"), shop.shelf("poetry", 20, empty=range(5, 12))
    first, second = service.shelves().shelves
    assert first.category == pb.Category(slug="mystery", name="Mystery & Crime", book_count=30)
    assert second.category == pb.Category(slug="poetry", name="Poetry", book_count=13)
    for shelf, filled in ((first, mystery), (second, poetry)):
        drawn = [book.id for book in shelf.books]
        assert len(set(drawn)) == len(drawn) == 6
        assert set(drawn) <= filled.book_ids


@pytest.mark.parametrize(("requested", "given"), [(0, 12), (1, 1), (50, 50), (51, 50), (2**31 - 1, 50)])
def test_gives_twelve_shelves_by_default_and_at_most_fifty(
    shop: Shop, service: Client, requested: int, given: int
) -> None:
    for number in range(52):
        shop.shelf(f"category-{number}", 1)
    assert len(service.shelves(max_shelves=requested).shelves) == given


@pytest.mark.parametrize(("requested", "given"), [(0, 6), (1, 1), (20, 20), (21, 20), (2**31 - 1, 20)])
def test_gives_six_books_a_shelf_by_default_and_at_most_twenty(
    shop: Shop, service: Client, requested: int, given: int
) -> None:
    shop.shelf("mystery", 30)
    assert [len(shelf.books) for shelf in service.shelves(max_results=requested).shelves] == [given]


@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 50])
def test_pages_of_shelves_show_each_category_once_in_order(shop: Shop, service: Client, page_size: int) -> None:
    sizes = {"a": 3, "b": 3, "c": 3, "d": 1, "e": 8, "f": 3, "g": 1}
    for slug, size in sizes.items():
        shop.shelf(slug, size)
    shop.category("empty")
    assert walked(service, max_shelves=page_size) == ["e", "a", "b", "c", "f", "d", "g"]


def test_the_whole_catalogue_and_categories_without_books_are_no_shelves(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 3)
    shop.shelf("emptied", 3, empty=[1, 2, 3])
    shop.category("new")
    assert walked(service) == ["mystery"]


def test_an_empty_shop_has_no_shelves(service: Client) -> None:
    assert service.shelves() == pb.RecommendShelvesResponse()


def test_a_shelfs_tokens_go_on_in_its_shuffle(shop: Shop, service: Client) -> None:
    filled = {slug: shop.shelf(slug, 40, empty=range(3, 20)).book_ids for slug in ("mystery", "poetry")}
    for shelf in service.shelves().shelves:
        slug = shelf.category.slug
        assert list(service.books(slug, page_token=shelf.page_token).books) == list(shelf.books)
        rest = service.books(slug, page_token=shelf.next_page_token, max_results=100)
        assert sorted(book.id for book in [*shelf.books, *rest.books]) == sorted(filled[slug])


def test_shelves_that_are_nearly_empty_are_filled_beside_full_ones(shop: Shop, service: Client) -> None:
    shop.shelf("full", 100)
    filled = set(range(700, 20_000, 900))
    sparse = shop.shelf("sparse", 20_000, empty=set(range(1, 20_001)) - filled)
    first, second = service.shelves(max_results=20).shelves
    assert len(first.books) == 20
    assert len({book.id for book in second.books} & sparse.book_ids) == 20
    assert list(service.books("sparse", page_token=second.page_token).books) == list(second.books)


def test_two_shelves_hold_the_same_book_at_the_same_time(shop: Shop, service: Client) -> None:
    both = shop.books(["Both"])
    for slug in ("mystery", "poetry"):
        shop.append(shop.category(slug), both)
    assert [book.id for shelf in service.shelves().shelves for book in shelf.books] == both * 2


def test_one_statement_draws_all_shelves(shop: Shop, standing_database: str) -> None:
    for number in range(12):
        shop.shelf(f"category-{number}", 30)
    database = database_of(standing_database)
    draws = noted(database)
    with serving(database) as service:
        service.wait_until(SERVING)
        service.shelves()
        draws.clear()
        answer = service.shelves()
    assert [len(shelf.books) for shelf in answer.shelves] == [6] * 12
    assert len(draws) == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"user_id": -1}, "user_id"),
        ({"max_shelves": -1}, "max_shelves"),
        ({"max_results": -1}, "max_results"),
        ({"page_token": "nonsense"}, "page_token"),
        ({"page_token": "n\0"}, "page_token"),
        ({"page_token": "A" * 60_000}, "page_token"),
    ],
)
def test_an_invalid_request_names_the_field(service: Client, fields: dict[str, object], named: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        service.shelves(**fields)
    assert error.details.startswith(named)


@pytest.mark.parametrize(
    "after", ["12", "12\x1fmystery\x1fmore", "\x1fmystery", "-1\x1fa", "1e3\x1fa", "٣\x1fa", f"{2**63}\x1fa", "1\x1f\0"]
)
def test_a_forged_token_is_refused(service: Client, after: str) -> None:
    forged = base64.urlsafe_b64encode(b"\1\3" + after.encode()).decode().rstrip("=")
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        service.shelves(page_token=forged)


def test_tokens_of_other_lists_are_refused(shop: Shop, service: Client) -> None:
    for number in range(3):
        shop.shelf(f"category-{number}", 30)
    for other in (service.categories(page_size=1).next_page_token, service.books("").next_page_token):
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            service.shelves(page_token=other)


def test_a_category_that_is_removed_while_the_shelves_are_read_is_left_out(
    shop: Shop, service: Client, database_url: str
) -> None:
    gone = shop.shelf("gone", 30)
    shop.shelf("mystery", 20)
    service.shelves()
    with shop.connection.transaction():
        # The service reads the categories without this table; then the draw waits for it.
        shop.run("LOCK TABLE book IN ACCESS EXCLUSIVE MODE")
        call = service.stub.RecommendShelves.future(pb.RecommendShelvesRequest(), timeout=5)
        while not shop.number(
            f"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'book'::regclass AND {IN_THIS_DATABASE}"
        ):
            pass
        shop.run("DELETE FROM category WHERE id = %s", gone.id)
    assert slugs(call.result()) == ["mystery"]
