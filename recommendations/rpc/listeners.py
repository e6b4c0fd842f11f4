"""Several gRPC servers of one process that share one address."""

import asyncio
import logging
import resource
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import grpc

_log = logging.getLogger(__name__)


class Listeners:
    """Keeps a number of servers listening at one address."""

    def __init__(
        self, count: int, create_server: Callable[[], grpc.aio.Server], credentials: grpc.ServerCredentials | None
    ) -> None:
        """Create the servers; `start` opens the port.

        Args:
            count: how many servers share the address.
            create_server: returns a server with the option `grpc.so_reuseport`, not yet started.
            credentials: for TLS; None serves plain text.
        """
        self._create_server = create_server
        self._credentials = credentials
        self._servers = [create_server() for _ in range(count)]
        self._supervisors: list[asyncio.Task[None]] = []
        self._port_lock: socket.socket | None = None
        self._is_stopping = False

    async def start(self, address: str) -> int:
        """Listen at host:port, where port 0 takes a free one, and return the port.

        Raises:
            OSError: if the address is in use or does not belong to this computer.
        """
        host, _, port = address.rpartition(":")
        try:
            free_port = _free_port(host.strip("[]"), port)
            self._port_lock = _lock_port(free_port)
            for server in self._servers:
                self._bind(server, f"{host}:{free_port}")
        except (OSError, RuntimeError) as error:  # gRPC raises RuntimeError
            raise OSError(
                f"cannot listen at {address}: the address is in use or does not belong to this computer"
            ) from error
        for server in self._servers:
            await server.start()
        self._supervisors = [
            asyncio.create_task(self._supervise(number, f"{host}:{free_port}")) for number in range(len(self._servers))
        ]
        return free_port

    async def stop(self, grace_s: float | None) -> None:
        """Accept no more calls, let running calls finish within the grace period, and cancel the rest."""
        self._is_stopping = True
        await asyncio.gather(*(server.stop(grace_s) for server in self._servers))
        if self._port_lock:
            self._port_lock.close()

    async def _supervise(self, number: int, address: str) -> None:
        """Replace a server when it ends: from 1.84 on, grpc.aio stops one that gets a `:path` that is not UTF-8."""
        while True:
            error: Exception | None = None
            try:
                # Not cancelled by `stop`, because that would cancel the server's own future.
                await self._servers[number].wait_for_termination()
            except Exception as caught:  # noqa: BLE001  # whatever ended it
                error = caught
            if self._is_stopping:
                return
            _log.warning("a listener ended and is replaced: %s", error)
            server = self._create_server()
            self._bind(server, address)
            self._servers[number] = server
            await server.start()

    def _bind(self, server: grpc.aio.Server, address: str) -> None:
        if self._credentials:
            port = server.add_secure_port(address, self._credentials)
        else:
            port = server.add_insecure_port(address)
        if port != int(address.rpartition(":")[2]):
            raise OSError


def raise_descriptor_limit() -> None:
    """Raise the limit of open files to the hard limit, because each connection needs a descriptor."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # macOS reports an unlimited hard limit but rejects it as the soft limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _free_port(host: str, port: str) -> int:
    """Return the port after checking that no other program listens on it.

    With SO_REUSEPORT the kernel lets another program of the same user share the port without an error, and splits the
    connections between the two.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # Ignore connections of an earlier run in TIME_WAIT, as a server does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        free_port: int = probe.getsockname()[1]
        return free_port


def _lock_port(port: int) -> socket.socket | None:
    """Keep a second service from starting on the port between the check and the first listener.

    An abstract Unix socket has the same scope as a port, the network namespace, and disappears with its process. Only
    Linux has them.
    """
    if sys.platform != "linux":
        return None
    lock = socket.socket(socket.AF_UNIX)
    try:
        lock.bind(f"\0bookstall-recommendations:{port}")
    except OSError:
        lock.close()
        raise
    return lock
