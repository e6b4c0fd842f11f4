"""One connection that resets or opens streams without end: other callers' calls still succeed."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles

import grpc
import hpack
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from tests.resilience.conftest import Scale
from tests.support.shipped_processes import ShippedProcess

Start = Callable[..., ShippedProcess]

PATH = "/bookstall.recommendations.v1.RecommendationsService/RecommendBooks"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)
HEADERS, RST_STREAM, END_HEADERS, CANCEL = 1, 3, 4, 8
STREAMS_PER_WRITE = 500
OPEN_STREAMS = 40_000
MAX_MB = 150
MAX_FAILED = 0.01


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def stream_frames(first: int, *, reset: bool) -> bytes:
    """Return frames that start calls without a message, and reset each at once on request."""
    headers = [(":method", "POST"), (":scheme", "http"), (":path", PATH), (":authority", "localhost")]
    block = hpack.Encoder().encode([*headers, ("te", "trailers"), ("content-type", "application/grpc")])
    frames = []
    for stream in range(first, first + 2 * STREAMS_PER_WRITE, 2):
        frames.append(frame(HEADERS, END_HEADERS, stream, block))
        if reset:
            frames.append(frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL)))
    return b"".join(frames)


@contextmanager
def attack(port: int, *, reset: bool, max_streams: int | None = None) -> Iterator[None]:
    """Start streams on one connection, again and again, until the block ends; connect again when it is closed."""
    done = threading.Event()

    def drain(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while connection.recv(262_144):
                pass

    def flood() -> None:
        while not done.is_set():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
                threading.Thread(target=drain, args=[connection], daemon=True).start()
                connection.sendall(PREFACE)
                stream = 1
                while not done.is_set():
                    if max_streams is None or stream < 2 * max_streams:
                        connection.sendall(stream_frames(stream, reset=reset))
                        stream += 2 * STREAMS_PER_WRITE
                    else:
                        done.wait(0.1)  # holds the streams open; the block decides when to stop

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def ordinary_calls(target: str, seconds: float) -> tuple[list[float], list[str]]:
    """Call one after another and return the latencies in seconds and the statuses of what failed."""
    latencies, failures = [], []
    with grpc.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = pb_grpc.RecommendationsServiceStub(channel)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            started = time.monotonic()
            try:
                stub.RecommendBooks(pb.RecommendBooksRequest(), timeout=2.0, wait_for_ready=True)
            except grpc.RpcError as error:
                failures.append(error.code().name)
            latencies.append(time.monotonic() - started)
    return latencies, failures


@pytest.mark.quick
@pytest.mark.promise("Greedy connections: rapid reset, 40,000 open streams", "≤ 1 % of others' calls fail, ≤ 150 MB")
@pytest.mark.parametrize("reset", [True, False], ids=["rapid reset", "open streams"])
def test_others_are_served_beside_a_greedy_connection(
    catalogue: str, start_service: Start, scale: Scale, figure: Callable[[str], None], *, reset: bool
) -> None:
    service = start_service(catalogue)
    with attack(service.port, reset=reset, max_streams=None if reset else OPEN_STREAMS):
        latencies, failures = ordinary_calls(service.target, scale.seconds(20, least=3))
        resident_mb = service.resources().resident_bytes / 1e6
    p99_ms = quantiles(latencies, n=100)[98] * 1e3
    figure(
        f"{'rapid reset' if reset else 'open streams'}: {len(failures)} of {len(latencies)} calls failed, "
        f"p99 {p99_ms:.0f} ms, {resident_mb:.0f} MB"
    )
    assert len(failures) <= MAX_FAILED * len(latencies)
    assert resident_mb <= MAX_MB
    assert "Traceback" not in service.output
