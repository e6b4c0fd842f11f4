"""Binds several gRPC servers of one process to one address."""

import socket
from collections.abc import Sequence

import grpc


def listen_together(servers: Sequence[grpc.aio.Server], address: str) -> int:
    """Bind all servers to one address and return its port.

    Args:
        servers: servers with the option `grpc.so_reuseport`, not yet started.
        address: host:port; port 0 takes a free one.

    Raises:
        OSError: if the address is in use or does not belong to this computer.
    """
    host, _, port = address.rpartition(":")
    unusable = OSError(f"cannot listen at {address}: the address is in use or does not belong to this computer")
    try:
        free_port = _free_port(host.strip("[]"), port)
        ports = {server.add_insecure_port(f"{host}:{free_port}") for server in servers}
    except (OSError, RuntimeError) as error:  # gRPC raises RuntimeError
        raise unusable from error
    if ports != {free_port}:
        raise unusable
    return free_port


def _free_port(host: str, port: str) -> int:
    """Return the port after checking that no other program listens on it.

    With SO_REUSEPORT the kernel lets another program of the same user share the port without an error, and splits the
    connections between the two.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # Like a server: connections of an earlier run in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        free_port: int = probe.getsockname()[1]
        return free_port
