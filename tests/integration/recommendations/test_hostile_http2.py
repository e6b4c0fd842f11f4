"""Calls that no gRPC library would send: each gets a documented status and leaves no traceback."""

import time
from collections.abc import Iterator

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.raw_http2 import RawHttp2, raw_http2
from tests.support.service import CALL_TIMEOUT_S, SERVING, Client, client_of, refused
from tests.support.service_process import Program, program
from tests.support.shelves import open_shop

BOOKS = b"/bookstall.recommendations.v1.RecommendationsService/RecommendBooks"
INVALID_ARGUMENT = grpc.StatusCode.INVALID_ARGUMENT.value[0]
CONNECTIONS = 20
"""Enough that each listener very likely gets one."""

MALFORMED_STREAMS = 20
LEAST_DELAY_S = 0.1
"""By default core waits at least so long."""

HEALTH_METHODS = ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"]


@pytest.fixture(scope="module")
def shared(standing_database: str) -> Iterator[Program]:
    """Start a service with books to draw; after all tests expect no traceback in its log."""
    with open_shop(standing_database) as shop:
        shop.clear()
        shop.shelf("mystery", 20)
    with program(DATABASE_URL=standing_database) as service:
        with client_of(service.target) as client:
            client.wait_until(SERVING)
        yield service
        ended = service.end()
        assert ended.status == 0
        assert "Traceback" not in ended.stderr
        assert "\x1b" not in ended.stderr


@pytest.fixture
def running(shared: Program) -> Iterator[Program]:
    """Give the service that the tests share; after each, expect that it still draws books."""
    yield shared
    with client_of(shared.target) as client:
        assert client.books("mystery").books


@pytest.fixture
def http2(running: Program) -> Iterator[RawHttp2]:
    """Return a raw connection to the service."""
    with raw_http2(running.target) as connection:
        yield connection


def test_call_without_a_message_is_rejected(http2: RawHttp2) -> None:
    status, message = http2.status_of(http2.start_call(BOOKS, end_stream=True))
    assert status == INVALID_ARGUMENT
    assert message.startswith("The call has no request message")


def test_path_that_is_not_utf_8_is_rejected_and_the_service_stays_whole(running: Program, http2: RawHttp2) -> None:
    stream = http2.start_call(b"/\xff\xfe/\x80", end_stream=True)
    status, _ = http2.status_of(stream)
    assert status == grpc.StatusCode.UNKNOWN.value[0]

    for _ in range(CONNECTIONS):
        with client_of(running.target) as client:
            assert client.books("mystery").books


def test_malformed_streams_are_reset_at_once(http2: RawHttp2) -> None:
    """A delayed reset would keep the connection in memory, even after its end."""
    started = time.monotonic()
    for stream in range(1, 2 * MALFORMED_STREAMS, 2):
        http2.http2.send_headers(stream, [(b":method", b"POST"), (b":scheme", b"http"), (b":path", b"/")])
        http2.flush()
        assert any(getattr(event, "stream_id", None) == stream for event in http2.events())
    assert time.monotonic() - started < MALFORMED_STREAMS * LEAST_DELAY_S


def test_metadata_that_is_not_utf_8_is_ignored(http2: RawHttp2) -> None:
    stream = http2.start_call(BOOKS, metadata=[(b"x-request-id", b"\xff\xfe"), (b"x-other", b"\x80")])
    http2.send_message(stream, pb.RecommendBooksRequest(category="mystery").SerializeToString())
    status, _ = http2.status_of(stream)
    assert status in {0, INVALID_ARGUMENT}


@pytest.mark.parametrize("method", HEALTH_METHODS)
def test_malformed_health_request_is_rejected(running: Program, method: str) -> None:
    with client_of(running.target) as client, refused(grpc.StatusCode.INVALID_ARGUMENT) as refusal:
        call: grpc.UnaryStreamMultiCallable[bytes, bytes] = client.channel.unary_stream(method)
        list(call(b"\xff", timeout=CALL_TIMEOUT_S))
    assert refusal.details == "The request is not a valid message of this method."


def test_goaway_text_does_not_reach_the_log(running: Program, http2: RawHttp2) -> None:
    http2.http2.close_connection(additional_data=b"\x1b[31mforged\r\nERROR forged")
    http2.flush()


def test_unknown_health_service_is_not_found(running: Program) -> None:
    with client_of(running.target) as client, refused(grpc.StatusCode.NOT_FOUND):
        Client.check(client, "other")
