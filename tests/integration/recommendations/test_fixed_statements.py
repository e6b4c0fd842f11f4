"""No SQL text depends on the values of a request, so PostgreSQL prepares each text only once."""

import struct
from collections import defaultdict
from collections.abc import Iterator
from random import Random
from threading import Thread, current_thread

import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.service import CALL_TIMEOUT_S, SERVING, Client, database_of, serving
from tests.support.shelves import Shop
from tests.support.tcp_proxy import Proxy, proxied

PROTOCOL_3 = 3 << 16
"""The code in a startup message; a request for encryption, which may come first, has another code."""

SLUGS = ("mystery", "poetry", "history")


class Listener:
    """Records what clients send to PostgreSQL."""

    def __init__(self, proxy: Proxy) -> None:
        self._sent: dict[Thread, bytearray] = defaultdict(bytearray)
        proxy.on_client_data = self._note

    def _note(self, chunk: bytes) -> None:
        self._sent[current_thread()] += chunk

    def parsed(self) -> list[list[list[bytes]]]:
        """Return the Parse messages of each connection: the name of the prepared statement (or empty), and the SQL."""
        return [
            [body.split(b"\0", 2)[:2] for kind, body in messages(bytes(sent)) if kind == b"P"]
            for sent in list(self._sent.values())
        ]

    def texts(self) -> set[bytes]:
        return {text for connection in self.parsed() for _, text in connection}


def messages(sent: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and content of each complete message of one connection, after the startup messages.

    https://www.postgresql.org/docs/current/protocol-message-formats.html
    """
    offset, opened = 0, False
    while not opened:
        length, code = struct.unpack_from("!II", sent, offset)
        offset, opened = offset + length, code >> 16 == PROTOCOL_3 >> 16
    while offset + 5 <= len(sent):
        (length,) = struct.unpack_from("!I", sent, offset + 1)
        yield sent[offset : offset + 1], sent[offset + 5 : offset + 1 + length]
        offset += 1 + length


@pytest.fixture
def heard(shop: Shop, standing_database: str) -> Iterator[tuple[Client, Listener]]:
    """Give a client of a service on a filled shop, and a listener between the service and PostgreSQL."""
    for number, slug in enumerate(SLUGS, 1):
        shop.shelf(slug, 30 * number, empty=range(2, 30, 3))
    with proxied(standing_database) as (proxy, url):
        listener = Listener(proxy)
        with serving(database_of(url)) as client:
            client.wait_until(SERVING)
            yield client, listener


def call_each_rpc(client: Client, chance: Random) -> None:
    """Call each RPC once, with random arguments."""
    metadata = (("x-request-id", f"{chance.getrandbits(64):x}"),)
    slug, size = chance.choice(SLUGS), chance.randint(1, 30)
    excluded = [chance.randint(1, 10_000) for _ in range(chance.randint(0, 20))]
    books = pb.RecommendBooksRequest(category=slug, max_results=size, exclude_book_ids=excluded)
    drawn = client.stub.RecommendBooks(books, timeout=CALL_TIMEOUT_S, metadata=metadata)
    shelves = pb.RecommendShelvesRequest(max_shelves=chance.randint(1, 3), max_results=size)
    client.stub.RecommendShelves(shelves, timeout=CALL_TIMEOUT_S, metadata=metadata)
    client.stub.ListCategories(pb.ListCategoriesRequest(page_size=size), timeout=CALL_TIMEOUT_S, metadata=metadata)
    client.stub.GetBook(pb.GetBookRequest(id=drawn.books[0].id), timeout=CALL_TIMEOUT_S, metadata=metadata)


def test_after_the_first_calls_no_text_is_new_to_postgresql(heard: tuple[Client, Listener]) -> None:
    client, listener = heard
    chance = Random(5)
    call_each_rpc(client, chance)
    known = listener.texts()
    assert any(b"unnest" in text for text in known), "the listener recorded the draws"
    for _ in range(200):
        call_each_rpc(client, chance)
    assert listener.texts() == known


def test_each_text_is_prepared_once_on_a_connection_at_most(heard: tuple[Client, Listener]) -> None:
    client, listener = heard
    chance = Random(5)
    for _ in range(200):
        call_each_rpc(client, chance)
    prepared = [[text for name, text in connection if name] for connection in listener.parsed()]
    assert any(prepared)
    assert [len(texts) for texts in prepared] == [len(set(texts)) for texts in prepared]
