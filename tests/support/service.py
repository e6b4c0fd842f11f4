"""Runs the real service on a free port, on an event loop in a thread of the test's process."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import grpc
import pytest
import uvloop
from grpc_health.v1 import health_pb2

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from recommendations.__main__ import build_database
from recommendations.app import running
from recommendations.config import Settings
from recommendations.domain.shuffle import SEED_BITS
from recommendations.rpc.server import ServerSettings
from recommendations.storage.async_engine import Database
from recommendations.storage.engine import database_url
from recommendations.telemetry.call_log import CallLog

CALL_TIMEOUT_S = 30.0
"""How long a test waits for an event before it fails."""

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

# The health package's own stub has no types.
_HEALTH_CODEC = (health_pb2.HealthCheckRequest.SerializeToString, health_pb2.HealthCheckResponse.FromString)


BURST = 64
"""Calls of one worker process of the marketplace, which the service accepts whatever its speed."""


@dataclass(frozen=True)
class Client:
    """A caller of a service."""

    target: str
    channel: grpc.Channel

    @property
    def stub(self) -> "pb_grpc.RecommendationsServiceStub":
        return pb_grpc.RecommendationsServiceStub(self.channel)

    def check(self, name: str = "") -> int:
        """Return the service's health now."""
        check: grpc.UnaryUnaryMultiCallable[health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse]
        check = self.channel.unary_unary("/grpc.health.v1.Health/Check", *_HEALTH_CODEC)
        return int(check(health_pb2.HealthCheckRequest(service=name), timeout=CALL_TIMEOUT_S).status)

    def watch(self, name: str = "") -> Any:
        """Follow the service's health: an iterator of answers, to be cancelled."""
        follow: grpc.UnaryStreamMultiCallable[health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse]
        follow = self.channel.unary_stream("/grpc.health.v1.Health/Watch", *_HEALTH_CODEC)
        return follow(health_pb2.HealthCheckRequest(service=name), timeout=CALL_TIMEOUT_S, wait_for_ready=True)

    def wait_until(self, status: int, name: str = "") -> None:
        """Wait until the service's health is this."""
        states = self.watch(name)
        for state in states:
            if state.status == status:
                states.cancel()
                return

    def send_all(self, send: Callable[[int], Any], count: int) -> list[Any]:
        """Send this many calls, given the number of each, without waiting for the answers.

        gRPC core refuses calls beyond the 96 that the service has not accepted yet, and a fast computer sends more than
        that at once. A health check is answered when the calls before it on the connection have been accepted.
        """
        calls = []
        for number in range(count):
            calls.append(send(number))
            if number % BURST == BURST - 1:
                self.check()
        return calls

    def books(self, category: str = "", **fields: object) -> pb.RecommendBooksResponse:
        """Draw books."""
        return self.stub.RecommendBooks(pb.RecommendBooksRequest(category=category, **fields), timeout=CALL_TIMEOUT_S)  # type: ignore[arg-type]

    def shelves(self, **fields: object) -> pb.RecommendShelvesResponse:
        """Draw shelves."""
        return self.stub.RecommendShelves(pb.RecommendShelvesRequest(**fields), timeout=CALL_TIMEOUT_S)  # type: ignore[arg-type]

    def categories(self, **fields: object) -> pb.ListCategoriesResponse:
        """List categories."""
        return self.stub.ListCategories(pb.ListCategoriesRequest(**fields), timeout=CALL_TIMEOUT_S)  # type: ignore[arg-type]

    def book(self, book_id: int) -> pb.Book:
        """Get a book."""
        return self.stub.GetBook(pb.GetBookRequest(id=book_id), timeout=CALL_TIMEOUT_S).book


@dataclass
class Refusal:
    """The details of a refused call, after its block has ended."""

    details: str = ""


@contextmanager
def refused(code: grpc.StatusCode) -> Iterator[Refusal]:
    """Expect that a call in the block fails with this status."""
    refusal = Refusal()
    with pytest.raises(grpc.RpcError) as caught:
        yield refusal
    refusal.details = caught.value.details() or ""
    assert caught.value.code() is code, refusal.details


@contextmanager
def client_of(target: str) -> Iterator[Client]:
    """Give a client of the service at host:port."""
    # A pool of its own, so that a test never meets another test's connection.
    with grpc.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield Client(target, channel)


def database_of(url: str, statement_timeout_ms: int = 2_000, password_file: Path | None = None) -> Database:
    """Build the database as the service builds its own."""
    address = database_url({"DATABASE_URL": url, "DATABASE_PASSWORD_FILE": str(password_file or "")})
    settings = Settings(address, "127.0.0.1:0", False, statement_timeout_ms, 0.0, 5.0, "text", password_file)  # noqa: FBT003
    return build_database(settings)


@contextmanager
def serving(
    database: Database, seed: int = 1, *, with_reflection: bool = False, tutorial_api: bool = False
) -> Iterator[Client]:
    """Run the service on this database, with seeds from a seeded generator, and give a client of it."""
    port: Future[int] = Future()
    stop: Future[asyncio.Event] = Future()
    loops: Future[asyncio.AbstractEventLoop] = Future()
    seeds = Random(seed)

    async def serve() -> None:
        stopped = asyncio.Event()
        stop.set_result(stopped)
        async with running(
            database,
            "127.0.0.1:0",
            lambda: seeds.getrandbits(SEED_BITS),
            CallLog(sys.stderr.write),
            ServerSettings(with_reflection, tutorial_api=tutorial_api),
        ) as service:
            port.set_result(service.port)
            await stopped.wait()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                loops.set_result(runner.get_loop())
                runner.run(serve())
        except BaseException as error:
            if not port.done():
                port.set_exception(error)
            raise

    thread = threading.Thread(target=run, name="service")
    thread.start()
    try:
        with client_of(f"127.0.0.1:{port.result(CALL_TIMEOUT_S)}") as client:
            yield client
    finally:
        loops.result().call_soon_threadsafe(stop.result().set)
        thread.join()
