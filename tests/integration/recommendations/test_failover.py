"""Two database servers at one address: draws go on when the one in use falls silent."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.service import SERVING, Client, database_of, serving
from tests.support.shelves import Shop
from tests.support.tcp_proxy import Proxy, proxied

LONGEST_CALL_S = 2.0
"""The service checks a silent server after 0.3 s and leaves it 0.3 s later. Otherwise a draw would fail after 5 s."""

CALLS = 20


@pytest.fixture
def two_servers(standing_database: str, shop: Shop) -> Iterator[tuple[list[Proxy], Client]]:
    """Give two proxies to one database, and a service that may use either."""
    shop.shelf("mystery", 30)
    with ExitStack() as stack:
        pairs = [stack.enter_context(proxied(standing_database)) for _ in range(2)]
        proxies = [proxy for proxy, _ in pairs]
        user, _, rest = pairs[0][1].partition("://")[2].partition("@")
        hosts = ",".join(f"127.0.0.1:{proxy.port}" for proxy in proxies)
        address = f"postgresql://{user}@{hosts}/{rest.partition('/')[2]}"
        client = stack.enter_context(serving(database_of(address)))
        client.wait_until(SERVING)
        yield proxies, client


def test_draws_leave_a_silent_server_within_two_seconds(two_servers: tuple[list[Proxy], Client]) -> None:
    proxies, client = two_servers
    client.books("mystery")
    used = next(proxy for proxy in proxies if proxy.connections)

    used.be_deaf(deaf=True)
    longest_s = 0.0
    for _ in range(CALLS):
        began_s = time.monotonic()
        client.books("mystery")
        longest_s = max(longest_s, time.monotonic() - began_s)

    assert longest_s < LONGEST_CALL_S
