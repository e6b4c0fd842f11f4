"""One address, several servers: which one the service connects to, and how much time silent ones take."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from recommendations.storage.engine import DatabaseAddressError, database_url
from recommendations.storage.host_selector import HostSelector
from recommendations.storage.hosts import Host, hosts_in, preference_of
from tests.support.tcp_proxy import Proxy, proxied

DEADLINE_S = 1.5
"""Less than libpq's shortest connect_timeout: a test that waited for a silent server would miss it."""


@pytest.fixture
def three_proxies(database_url: str) -> Iterator[tuple[list[Proxy], str]]:
    """Give three proxies to one server, and its user and database."""
    with ExitStack() as stack:
        pairs = [stack.enter_context(proxied(database_url)) for _ in range(3)]
        yield [proxy for proxy, _ in pairs], pairs[0][1]


def address_of(proxies: list[Proxy], through: str, query: str = "") -> str:
    user, _, database = through.partition("://")[2].partition("@")
    hosts = ",".join(f"127.0.0.1:{proxy.port}" for proxy in proxies)
    return f"postgresql://{user}@{hosts}/{database.partition('/')[2]}{query}"


def connected_port(address: str) -> str:
    url = database_url({"DATABASE_URL": address})
    selector = HostSelector(hosts_in(url), preference_of(url))

    async def connect() -> str:
        async with asyncio.timeout(DEADLINE_S):
            _, parameters = url.get_dialect()().create_connect_args(url)
            connection = await selector.connect(**parameters)
        async with connection:
            return str(connection.info.port)

    return asyncio.run(connect())


def test_the_first_host_that_answers_is_used(three_proxies: tuple[list[Proxy], str]) -> None:
    proxies, through = three_proxies

    assert connected_port(address_of(proxies, through)) == str(proxies[0].port)


def test_a_host_that_refuses_is_skipped(three_proxies: tuple[list[Proxy], str]) -> None:
    proxies, through = three_proxies
    proxies[0].stop()

    assert connected_port(address_of(proxies, through)) == str(proxies[1].port)


def test_two_silent_hosts_of_three_cost_less_than_a_connect_timeout(three_proxies: tuple[list[Proxy], str]) -> None:
    proxies, through = three_proxies
    for proxy in proxies[:2]:
        proxy.be_deaf(deaf=True)

    assert connected_port(address_of(proxies, through)) == str(proxies[2].port)


def test_a_primary_serves_where_a_standby_is_only_preferred(three_proxies: tuple[list[Proxy], str]) -> None:
    proxies, through = three_proxies
    address = address_of(proxies, through, "?target_session_attrs=prefer-standby")

    assert connected_port(address) in {str(proxy.port) for proxy in proxies}


def test_a_primary_is_refused_where_a_standby_is_required(three_proxies: tuple[list[Proxy], str]) -> None:
    proxies, through = three_proxies

    with pytest.raises(psycopg.OperationalError, match="no server has the role"):
        connected_port(address_of(proxies, through, "?target_session_attrs=standby"))


def test_if_all_hosts_refuse_the_error_says_so(three_proxies: tuple[list[Proxy], str]) -> None:
    proxies, through = three_proxies
    for proxy in proxies:
        proxy.stop()

    with pytest.raises(psycopg.OperationalError, match="refused"):
        connected_port(address_of(proxies, through))


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("postgresql://u@h1:5432,h2:5433/db", [Host("h1", "5432"), Host("h2", "5433")]),
        ("postgres://u:a%2Cb@h1,[::1]:6/db", [Host("h1", "5432"), Host("::1", "6")]),
        ("postgresql+psycopg://h1,h2/db", [Host("h1", "5432"), Host("h2", "5432")]),
        ("postgresql://u@/db?host=h1:1&host=h2:2", [Host("h1", "1"), Host("h2", "2")]),
        ("postgresql://u:a,b@h1:7/db", [Host("h1", "7")]),
        ("postgresql:///db?host=/run/postgresql", [Host("/run/postgresql", "5432")]),
    ],
)
def test_libpqs_forms_of_an_address_are_read(address: str, hosts: list[Host]) -> None:
    assert hosts_in(database_url({"DATABASE_URL": address})) == hosts


@pytest.mark.parametrize("address", ["postgresql://h1:x,h2/db", "postgresql://h1,h2/db?no_such=1", "mysql://h1,h2/db"])
def test_a_malformed_address_is_refused_in_one_sentence(address: str) -> None:
    with pytest.raises(DatabaseAddressError, match=r"^DATABASE_URL [^\n]+\.$"):
        database_url({"DATABASE_URL": address})
