"""Sends one gRPC call over raw HTTP/2 in open or closed loop, cheaply enough to overload a server from one core.

A gRPC client in Python takes longer for a call than the service does. This sender repeats constant frames. Of each
answer, it reads only the frame headers and `grpc-status`.
"""

import selectors
import socket
import struct
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.grpc_call import Call

DEADLINE_S = 2.0
"""The deadline of each call, the same as the page's."""

ON_TIME_S = 0.02
"""A call that is written later than this after its due time was not sent on time."""

DRAIN_S = 3.0
TICK_S = 0.001
CLOSED = -1
"""Instead of a gRPC status: the stream was reset or its connection ended."""

_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_ACK = _END_STREAM = 1
_END_HEADERS = 4
_MAX_CONCURRENT_STREAMS, _INITIAL_WINDOW_SIZE = 3, 4
_MAX_WINDOW = 2**31 - 1
_DEFAULT_WINDOW = 65_535


@dataclass(slots=True)
class Outcome:
    """The results of the calls of one turn."""

    offered: int = 0
    late: int = 0
    """Calls that the sender itself wrote late."""

    latencies_s: dict[int, list[float]] = field(default_factory=dict)
    """By gRPC status, measured from each call's due time; including those after the deadline."""

    unanswered: int = 0

    def add(self, status: int, latency_s: float) -> None:
        """Record one answer."""
        self.latencies_s.setdefault(status, []).append(latency_s)


class Sender:
    """A number of connections to one server."""

    def __init__(self, call: Call, connections: int) -> None:
        """Connect."""
        self._call = call
        self._selector = selectors.DefaultSelector()
        self._outcome = Outcome()
        self.in_flight = 0
        self._slots = [_Connection(self) for _ in range(connections)]
        for connection in self._slots:
            self._connect(connection)

    def open_loop(self, rate: float, seconds: float) -> Outcome:
        """Send this many calls per second, whatever the server does, and return their outcome."""
        outcome = self._outcome = Outcome()
        started = time.perf_counter()
        while (now := time.perf_counter() - started) < seconds:
            for number in range(outcome.offered, int(now * rate) + 1):
                due = number / rate
                outcome.late += now - due > ON_TIME_S
                self._slots[number % len(self._slots)].send(started + due)
            outcome.offered = int(now * rate) + 1
            self._poll(TICK_S)
        end = time.perf_counter() + DRAIN_S
        while self.in_flight and time.perf_counter() < end:
            self._poll(TICK_S)
        outcome.unanswered = self.in_flight
        return outcome

    def closed_loop(self, in_flight: int, seconds: float) -> float:
        """Keep a number of calls in flight and return how many succeed per second."""
        outcome = self._outcome = Outcome()
        started = time.perf_counter()
        number = 0
        while (now := time.perf_counter()) - started < seconds:
            for _ in range(in_flight - self.in_flight):
                self._slots[number % len(self._slots)].send(now)
                number += 1
            self._poll(TICK_S)
        good = len(outcome.latencies_s.get(0, ()))
        while self.in_flight and time.perf_counter() < started + seconds + DRAIN_S:
            self._poll(TICK_S)
        return good / seconds

    def finish(self, due: float, status: int) -> None:
        """Record the answer to the call that was due then."""
        self.in_flight -= 1
        self._outcome.add(status, time.perf_counter() - due)

    def replace(self, connection: "_Connection") -> "_Connection":
        """Return a new connection in place of one that takes no more calls."""
        new = _Connection(self)
        self._connect(new)
        self._slots[self._slots.index(connection)] = new
        return new

    def close(self) -> None:
        """Close all connections."""
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def _connect(self, connection: "_Connection") -> None:
        connection.connect(self._call)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def _poll(self, timeout_s: float) -> None:
        for connection in self._slots:
            connection.flush()
        for key, _ in self._selector.select(timeout_s):
            if not key.data.receive():
                self._selector.unregister(key.fileobj)
                key.data.socket.close()


@contextmanager
def sender(call: Call, connections: int) -> Iterator[Sender]:
    """Connect a sender; close it when the block ends."""
    opened = Sender(call, connections)
    try:
        yield opened
    finally:
        opened.close()


class _Connection:
    """One HTTP/2 connection that sends the same call again and again."""

    def __init__(self, owner: Sender) -> None:
        self._owner = owner
        self._out = bytearray()
        self._in = bytearray()
        self._due: dict[int, float] = {}
        self._held: deque[float] = deque()
        self._next_stream = 1
        self._window = _DEFAULT_WINDOW
        self._max_streams = _MAX_WINDOW
        self._draining = False
        self._first = self._headers = self._body = b""

    def connect(self, call: Call) -> None:
        """Connect and send the preface."""
        self.socket = socket.create_connection(("127.0.0.1", call.port))
        self.socket.settimeout(0)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._first, self._headers = _header_blocks(call)
        self._body = call.body
        self._out += b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        # Without a dynamic table, the server sends grpc-status as text.
        self._write(_SETTINGS, 0, 0, struct.pack(">HIHI", 1, 0, _INITIAL_WINDOW_SIZE, _MAX_WINDOW))
        self._write(_WINDOW_UPDATE, 0, 0, struct.pack(">I", _MAX_WINDOW - _DEFAULT_WINDOW))

    def send(self, due: float) -> None:
        """Send a call, or hold it back if the server allows no more streams now."""
        self._owner.in_flight += 1
        self._send_or_hold(due)

    def _send_or_hold(self, due: float) -> None:
        if self._draining or len(self._due) >= self._max_streams or self._window < len(self._body):
            self._held.append(due)
            return
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        self._due[stream] = due
        self._window -= len(self._body)
        self._write(_HEADERS, _END_HEADERS, stream, self._headers if stream > 1 else self._first)
        self._write(_DATA, _END_STREAM, stream, self._body)

    def flush(self) -> None:
        """Write what the socket takes."""
        while self._out:
            try:
                del self._out[: self.socket.send(self._out)]
            except BlockingIOError:
                return
            except OSError:
                self._out.clear()

    def receive(self) -> bool:
        """Read what has arrived and return whether the connection is still open."""
        try:
            chunk = self.socket.recv(262_144)
        except BlockingIOError:
            return True
        except OSError:
            chunk = b""
        if not chunk:
            self._end()
            return False
        self._in += chunk
        self._read_frames()
        self._release_held()
        return True

    def _read_frames(self) -> None:
        data, start = bytes(self._in), 0
        while len(data) - start >= 9:
            length = int.from_bytes(data[start : start + 3], "big")
            end = start + 9 + length
            if end > len(data):
                break
            kind, flags = data[start + 3], data[start + 4]
            if kind != _DATA:
                self._on_frame(kind, flags, int.from_bytes(data[start + 5 : start + 9], "big"), data[start + 9 : end])
            start = end
        del self._in[:start]

    def _on_frame(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == _HEADERS:
            if flags & _END_STREAM:
                self._finish(stream, _grpc_status(payload))
        elif kind == _RST_STREAM:
            self._finish(stream, CLOSED)
        elif kind == _WINDOW_UPDATE and not stream:
            self._window += int.from_bytes(payload, "big")
        elif kind == _SETTINGS and not flags & _ACK:
            for identifier, value in struct.iter_unpack(">HI", payload):
                if identifier == _MAX_CONCURRENT_STREAMS:
                    self._max_streams = value
            self._write(_SETTINGS, _ACK, 0, b"")
        elif kind == _PING and not flags & _ACK:
            self._write(_PING, _ACK, 0, payload)
        elif kind == _GOAWAY:
            self._drain()

    def _drain(self) -> None:
        if not self._draining:
            self._draining = True
            new = self._owner.replace(self)
            while self._held:
                new._send_or_hold(self._held.popleft())  # noqa: SLF001  # the same class
        self.flush()

    def _end(self) -> None:
        self._drain()
        for stream in list(self._due):
            self._finish(stream, CLOSED)

    def _finish(self, stream: int, status: int) -> None:
        due = self._due.pop(stream, None)
        if due is not None:
            self._owner.finish(due, status)

    def _release_held(self) -> None:
        for _ in range(len(self._held)):
            if len(self._due) >= self._max_streams or self._window < len(self._body):
                break
            self._send_or_hold(self._held.popleft())
        if self._draining:
            self.flush()

    def _write(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        self._out += struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def _header_blocks(call: Call) -> tuple[bytes, bytes]:
    """Return the HPACK headers of the first call, which fill the dynamic table, and those of all others."""
    path, authority = call.method.encode(), b"127.0.0.1"
    indexed = [(b"\x44", path), (b"\x41", authority), (b"\x5f", b"application/grpc")]
    first = b"\x83\x86" + b"".join(name + bytes([len(value)]) + value for name, value in indexed)
    for name, value in ((b"te", b"trailers"), (b"grpc-timeout", b"%dm" % (DEADLINE_S * 1e3))):
        first += b"\x40" + bytes([len(name)]) + name + bytes([len(value)]) + value
    return first, b"\x83\x86" + bytes(0x80 | index for index in (66, 65, 64, 63, 62))


def _grpc_status(block: bytes) -> int:
    position = block.find(b"grpc-status")
    if position < 0:
        return CLOSED
    length = block[position + 11]
    return int(block[position + 12 : position + 12 + length])
