"""Addresses at which the services listen, checked before anything starts."""

import errno
import socket
from dataclasses import dataclass

from quickstart.errors import QuickstartError

LARGEST_PORT = 65_535
# Where clients reach a service that listens on every interface.
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - never bound


@dataclass(frozen=True)
class Address:
    """A host and a TCP port, written `host:port`, with an IPv6 host in brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def reachable(self) -> "Address":
        """This address, or the loopback one if it stands for every interface."""
        return Address(LOOPBACK.get(self.host, self.host), self.port)


def parse_address(setting: str, text: str) -> Address:
    """Read `host:port` or `[ipv6]:port`.

    Args:
        setting: the setting's name, for the message.
        text: its value.

    Raises:
        QuickstartError: it is not an address, or its port is not in 1..65535. Port 0 is refused, too: the other
            services would not know which port the kernel chose.
    """
    host, _, port = text.strip().rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    # ASCII digits only: int() would also read "5_000", and the digits of other scripts.
    well_formed = host.strip("[]") and port.isascii() and port.isdecimal() and (bracketed or ":" not in host)
    if not well_formed or not 0 < int(port) <= LARGEST_PORT:
        raise QuickstartError(
            f"{setting} is '{text}', which is not an address: write it like 127.0.0.1:5001, with a port from 1 to "
            "65535."
        )
    return Address(host[1:-1] if bracketed else host, int(port))


def refuse_if_taken(setting: str, address: Address) -> None:
    """Raise QuickstartError if no service can listen on `address`.

    Checked before anything starts: gRPC shares its port (SO_REUSEPORT) and would not notice.
    """
    try:
        family, kind, protocol, _, name = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            # Servers set it, too, so connections of a previous run in TIME_WAIT do not matter.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(name)
    except OSError as error:
        change = f"choose another address, for example: {setting}={_neighbour(address)} make run"
        if error.errno == errno.EADDRINUSE:
            sentence = f"{address} is taken by another program: stop it, or {change}."
        else:
            sentence = f"Nothing can listen on {address} ({error.strerror}): {change}."
        raise QuickstartError(sentence) from error


def unused_port() -> int:
    """Return a TCP port of the loopback interface that was free just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _neighbour(address: Address) -> Address:
    return Address(address.host, address.port + (1 if address.port < LARGEST_PORT else -1))
