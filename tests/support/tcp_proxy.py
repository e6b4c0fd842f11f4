"""A TCP proxy in front of a server that can stop, cut, stall and resume; modelled on psycopg's `fix_proxy.py`."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import make_url

_CHUNK = 65_536


class Proxy:
    """Forwards bytes between clients and a server; while deaf, it accepts connections and forwards nothing."""

    def __init__(self, target: Any, family: int) -> None:
        self._target, self._family = target, family
        self._listener: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._hears = threading.Event()
        self._hears.set()
        self._passing: list[threading.Thread] = []
        self.port = 0
        self.delay_s = 0.0
        """How long each chunk of bytes is held back, in both directions."""
        self.on_client_data: Callable[[bytes], None] = lambda _: None
        """Called with what clients send, in one thread per connection."""

    def start(self) -> None:
        """Listen, on the same port as before if it was started already."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._accepting = threading.Thread(target=self._accept, args=[listener])
        self._accepting.start()

    def stop(self) -> None:
        """Refuse connections and close the current ones."""
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._accepting.join()
            self._listener.close()
            self._listener = None
        self._hears.set()
        self.cut()

    def cut(self) -> None:
        """Close the current connections; new ones are still accepted."""
        ends, self._ends = self._ends, []
        passing, self._passing = self._passing, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in passing:
            thread.join()
        for end in ends:
            end.close()

    def be_deaf(self, *, deaf: bool) -> None:
        """Forward nothing, or forward again, including what was held back."""
        (self._hears.clear if deaf else self._hears.set)()

    @property
    def connections(self) -> int:
        """The number of connections since it started."""
        return len(self._ends) // 2

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.socket(self._family)
                self._ends.extend([client, server])
                try:
                    server.connect(self._target)
                except OSError:
                    client.shutdown(socket.SHUT_RDWR)
                    continue
                for direction in ((client, server, self.on_client_data), (server, client, None)):
                    self._passing.append(threading.Thread(target=self._pass, args=direction))
                    self._passing[-1].start()

    def _pass(
        self, source: socket.socket, sink: socket.socket, on_client_data: Callable[[bytes], None] | None = None
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                self._hears.wait()
                if self.delay_s:
                    time.sleep(self.delay_s)  # the delay is what the test wants
                if on_client_data:
                    on_client_data(chunk)
                sink.sendall(chunk)
        # Also after a reset: the connections of a killed server end by one.
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """Yield a running proxy in front of a port of the loopback interface."""
    proxy = Proxy(("127.0.0.1", port), socket.AF_INET)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """Start a proxy in front of the server at this address; return it and the address through it."""
    with psycopg.connect(url) as connection:
        info = connection.info
        host, port, address = info.host, info.port, info.hostaddr
    if host.startswith("/"):
        proxy = Proxy(f"{host}/.s.PGSQL.{port}", socket.AF_UNIX)
    else:
        proxy = Proxy((address, port), socket.AF_INET)
    proxy.start()
    given = make_url(url)
    user = given.username or given.query.get("user")
    through = given.set(host="127.0.0.1", port=proxy.port, username=str(user), query={})
    try:
        yield proxy, through.render_as_string(hide_password=False)
    finally:
        proxy.stop()
