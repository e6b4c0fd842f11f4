"""A recommendations service that follows a script."""
# ruff: noqa: N802 - the methods have the names in the proto

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from marketplace.client.channel import SERVICE
from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc

DEADLINE_S = 20.0
EMMA = pb.BookRecommendation(id=1, title="Emma")
CLASSICS = pb.Category(slug="classics", name="Classics", book_count=1)

Context = grpc.ServicerContext


class ScriptedService(pb_grpc.RecommendationsServiceServicer):
    """Fails as scripted, then answers. Counts attempts."""

    def __init__(self) -> None:
        self.port = 0
        # Its non-blocking mode can deadlock: Watch waits for a thread that waits for Watch's lock.
        self.health = health.HealthServicer(experimental_non_blocking=False)
        self.failures: list[grpc.StatusCode] = []
        self.attempts = 0
        self.metadata: dict[str, str] = {}
        self.deaf_calls: set[str] = set()
        self.released = threading.Event()
        self.say(health_pb2.HealthCheckResponse.SERVING)

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def say(self, status: int) -> None:
        self.health.set(SERVICE, status)

    def RecommendBooks(self, request: pb.RecommendBooksRequest, context: Context) -> pb.RecommendBooksResponse:
        self._play("RecommendBooks", context)
        return pb.RecommendBooksResponse(books=[EMMA], page_token="this")

    def RecommendShelves(self, request: pb.RecommendShelvesRequest, context: Context) -> pb.RecommendShelvesResponse:
        self._play("RecommendShelves", context)
        return pb.RecommendShelvesResponse(shelves=[pb.Shelf(category=CLASSICS, books=[EMMA])])

    def ListCategories(self, request: pb.ListCategoriesRequest, context: Context) -> pb.ListCategoriesResponse:
        self._play("ListCategories", context)
        return pb.ListCategoriesResponse(categories=[CLASSICS])

    def GetBook(self, request: pb.GetBookRequest, context: Context) -> pb.GetBookResponse:
        self._play("GetBook", context)
        return pb.GetBookResponse(book=pb.Book(id=request.id, title="Emma", categories=[CLASSICS]))

    def _play(self, call: str, context: Context) -> None:
        self.attempts += 1
        self.metadata = {key: str(value) for key, value in context.invocation_metadata()}
        if call in self.deaf_calls:
            self.released.wait(DEADLINE_S)
        if self.failures:
            context.abort(self.failures.pop(0), f"scripted failure of {call}")


@contextmanager
def running(service: ScriptedService, port: int = 0) -> Iterator[grpc.Server]:
    """Serve on this port, or a free one, until the block ends."""
    server = grpc.server(ThreadPoolExecutor(max_workers=16), options=[("grpc.so_reuseport", 0)])
    pb_grpc.add_RecommendationsServiceServicer_to_server(service, server)
    health_pb2_grpc.add_HealthServicer_to_server(service.health, server)
    service.port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    try:
        yield server
    finally:
        service.released.set()
        server.stop(None).wait()
