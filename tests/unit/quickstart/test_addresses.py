import pytest

from quickstart.addresses import Address, parse_address
from quickstart.errors import QuickstartError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:5000", Address("127.0.0.1", 5000)),
        ("localhost:1", Address("localhost", 1)),
        (" 0.0.0.0:65535 ", Address("0.0.0.0", 65_535)),
        ("[::1]:50051", Address("::1", 50_051)),
    ],
)
def test_reads_a_host_and_a_port(text: str, address: Address) -> None:
    assert parse_address("MARKETPLACE_LISTEN", text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5000",
        ":5000",
        "host",
        "host:",
        "host:0",
        "host:65536",
        "host:http",
        "host:-1",
        "::1:5000",
        "host:\u0665\u0660",
    ],
)
def test_names_the_setting_of_a_malformed_address(text: str) -> None:
    with pytest.raises(QuickstartError, match=r"MARKETPLACE_LISTEN is '.*', which is not an address: write it like"):
        parse_address("MARKETPLACE_LISTEN", text)


@pytest.mark.parametrize("text", ["127.0.0.1:5000", "[::1]:5000", "localhost:5000"])
def test_writes_an_address_as_it_was_read(text: str) -> None:
    assert str(parse_address("MARKETPLACE_LISTEN", text)) == text


@pytest.mark.parametrize(
    ("listens", "reachable"),
    [("0.0.0.0:5000", "127.0.0.1:5000"), ("[::]:5000", "[::1]:5000"), ("10.1.2.3:5000", "10.1.2.3:5000")],
)
def test_a_service_on_every_interface_is_reachable_on_the_loopback_one(listens: str, reachable: str) -> None:
    assert str(parse_address("MARKETPLACE_LISTEN", listens).reachable) == reachable
