"""An HTTP/2 client that sends what no gRPC library would."""

import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

TIMEOUT_S = 10.0

Headers = Sequence[tuple[bytes, bytes]]


class ConnectionClosedError(Exception):
    """The server closed the connection before it answered."""


class RawHttp2:
    """One connection to a gRPC server."""

    def __init__(self, target: str, initial_window: int = 65_535) -> None:
        """Connect.

        Args:
            target: host:port.
            initial_window: how many bytes of each response the server may send; 0 stalls every stream.
        """
        host, _, port = target.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=TIMEOUT_S)
        config = h2.config.H2Configuration(
            header_encoding=None, validate_outbound_headers=False, normalize_outbound_headers=False
        )
        self.http2 = h2.connection.H2Connection(config)
        self.http2.local_settings.initial_window_size = initial_window
        self.http2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        """Send the pending bytes."""
        self.socket.sendall(self.http2.data_to_send())

    def start_call(self, path: bytes, *, metadata: Headers = (), end_stream: bool = False) -> int:
        """Send the headers of a call and return its stream."""
        stream = self.http2.get_next_available_stream_id()
        headers = [
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", path),
            (b":authority", b"localhost"),
            (b"te", b"trailers"),
            (b"content-type", b"application/grpc"),
            *metadata,
        ]
        self.http2.send_headers(stream, headers, end_stream=end_stream)
        self.flush()
        return stream

    def send_message(self, stream: int, message: bytes) -> None:
        """Send the one message of a call."""
        self.http2.send_data(stream, struct.pack(">BI", 0, len(message)) + message, end_stream=True)
        self.flush()

    def events(self) -> Iterator[h2.events.Event]:
        """Yield events as they arrive; end when the server closes the connection or nothing has come for 10 s."""
        while chunk := self.socket.recv(65_536):
            yield from self._receive(chunk)
            self.flush()

    def _receive(self, chunk: bytes) -> list[h2.events.Event]:
        try:
            return self.http2.receive_data(chunk)
        except h2.exceptions.ProtocolError:
            # h2 accepts no frame after GOAWAY, but gRPC pings after it to see that it has arrived.
            if self.http2.state_machine.state is h2.connection.ConnectionState.CLOSED:
                raise ConnectionClosedError("the server sent GOAWAY") from None
            raise

    def status_of(self, stream: int) -> tuple[int, str]:
        """Wait for the end of a call and return its gRPC status and message."""
        started = time.monotonic()
        for event in self.events():
            assert time.monotonic() - started < TIMEOUT_S, "the call did not end"
            if getattr(event, "stream_id", None) != stream:
                continue
            if isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                headers = dict(event.headers or ())
                if b"grpc-status" in headers:
                    return int(headers[b"grpc-status"]), headers.get(b"grpc-message", b"").decode()
            assert not isinstance(event, h2.events.StreamReset), "the stream was reset"
        raise ConnectionClosedError("the server closed the connection")


@contextmanager
def raw_http2(target: str, initial_window: int = 65_535) -> Iterator[RawHttp2]:
    """Open a connection; close it when the block ends."""
    connection = RawHttp2(target, initial_window)
    try:
        yield connection
    finally:
        connection.socket.close()
