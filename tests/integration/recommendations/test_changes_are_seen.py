"""A change that another connection has committed is in the very next answer."""

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.service import Client, refused
from tests.support.shelves import FilledShelf, Shop


def ids(answer: pb.RecommendBooksResponse) -> set[int]:
    return {book.id for book in answer.books}


@pytest.fixture
def mystery(shop: Shop, service: Client) -> FilledShelf:
    """Give a shelf of five books that the service has drawn from already."""
    shelf = shop.shelf("mystery", 5)
    assert ids(service.books("mystery")) == shelf.book_ids == ids(service.books(""))
    return shelf


def test_a_changed_title(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    shop.run("UPDATE book SET title = 'Changed'")
    assert {book.title for book in service.books("mystery").books} == {"Changed"}
    assert service.book(mystery.books[1]).title == "Changed"


def test_a_removed_book(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    shop.run("DELETE FROM book WHERE id = %s", mystery.books[3])
    assert ids(service.books("mystery")) == mystery.book_ids - {mystery.books[3]} == ids(service.books(""))
    with refused(grpc.StatusCode.NOT_FOUND):
        service.book(mystery.books[3])


def test_a_book_taken_from_one_category(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    shop.empty(mystery.id, [2])
    assert ids(service.books("mystery")) == mystery.book_ids - {mystery.books[2]}
    assert ids(service.books("")) == mystery.book_ids


def test_a_book_added_at_the_end_of_the_shelf(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    (added,) = shop.books(["Added"])
    shop.append(mystery.id, [added])
    shop.append(0, [added])
    assert ids(service.books("mystery")) == mystery.book_ids | {added} == ids(service.books(""))


def test_a_book_added_at_the_end_without_any_bookkeeping(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    (added,) = shop.books(["Added"])
    shop.run("INSERT INTO slot (category_id, position, book_id) VALUES (%s, 6, %s)", mystery.id, added)
    assert ids(service.books("mystery")) == mystery.book_ids | {added}


def test_a_book_added_to_a_shelf_that_was_empty(shop: Shop, service: Client) -> None:
    new = shop.category("new")
    assert ids(service.books("new")) == set()
    added = shop.books(["Added"])
    shop.append(new, added)
    assert ids(service.books("new")) == set(added)


def test_a_shelf_that_has_grown_a_thousandfold(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    shop.append(mystery.id, added := shop.books([f"Added {number}" for number in range(5_000)]))
    assert len(ids(service.books("mystery", max_results=100)) & set(added)) > 50


def test_an_added_category(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    with refused(grpc.StatusCode.NOT_FOUND):
        service.books("poetry")
    poetry = shop.shelf("poetry", 7)
    assert ids(service.books("poetry")) == poetry.book_ids
    assert [category.slug for category in service.categories().categories] == ["mystery", "poetry"]
    assert [shelf.category.slug for shelf in service.shelves().shelves] == ["poetry", "mystery"]


def test_a_removed_category(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    shop.run("DELETE FROM category WHERE id = %s", mystery.id)
    with refused(grpc.StatusCode.NOT_FOUND):
        service.books("mystery")
    assert ids(service.books("")) == mystery.book_ids


def test_a_category_that_was_removed_and_made_again(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    shop.run("DELETE FROM category WHERE id = %s", mystery.id)
    again = shop.shelf("mystery", 3)
    assert ids(service.books("mystery")) == again.book_ids


def test_a_slug_that_was_given_to_another_category(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    shop.run("UPDATE category SET slug = 'crime' WHERE id = %s", mystery.id)
    with refused(grpc.StatusCode.NOT_FOUND):
        service.books("mystery")
    other = shop.shelf("mystery", 3)
    assert ids(service.books("mystery")) == other.book_ids
    assert ids(service.books("crime")) == mystery.book_ids


def test_a_renamed_category_and_its_new_count(shop: Shop, service: Client, mystery: FilledShelf) -> None:
    shop.run("UPDATE category SET name = 'Crime' WHERE id = %s", mystery.id)
    shop.empty(mystery.id, [1])
    crime = pb.Category(slug="mystery", name="Crime", book_count=4)
    assert list(service.categories().categories) == [crime]
    assert [shelf.category for shelf in service.shelves().shelves] == [crime]
    assert list(service.book(mystery.books[2]).categories) == [crime]


def test_books_that_were_removed_without_a_change_of_the_counts(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 30_000)
    left = sorted(shelf.book_ids)[::3_000]
    shop.run("DELETE FROM book WHERE NOT id = ANY(%s)", left)
    answer = service.books("mystery", max_results=100)
    assert sorted(ids(answer)) == left
    shop.recount()
    answer = service.books("mystery", max_results=8)
    rest = service.books("mystery", page_token=answer.next_page_token)
    assert sorted(ids(answer) | ids(rest)) == left
    assert service.books("mystery", page_token=answer.page_token) == answer
