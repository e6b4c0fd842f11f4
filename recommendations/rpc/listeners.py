"""Lets several servers of one process listen at one address that is nobody else's."""

import socket
from collections.abc import Sequence

import grpc


def listen_together(servers: Sequence[grpc.aio.Server], listen: str) -> int:
    """Let the servers, which must have the option `grpc.so_reuseport`, share an address; return its port.

    Args:
        servers: not yet started.
        listen: host:port; port 0 takes a free one.

    Raises:
        OSError: if the address is taken or is none of this computer.
    """
    host, _, port = listen.rpartition(":")
    taken = OSError(f"cannot listen at {listen}: the address is taken or is none of this computer")
    try:
        found = _free_port(host.strip("[]"), port)
        ports = {server.add_insecure_port(f"{host}:{found}") for server in servers}
    except (OSError, RuntimeError) as error:  # gRPC's own is a RuntimeError
        raise taken from error
    if ports != {found}:
        raise taken
    return found


def _free_port(host: str, port: str) -> int:
    """Return the port after making sure that nobody listens there.

    The kernel would let another program of the same user share it, each would get some of the calls, and no error
    would tell.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as alone:
        # As servers do: connections of an earlier run that are still fading away do not count.
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind(address)
        free: int = alone.getsockname()[1]
        return free
