"""The baseline server: `python -m benchmarks.baseline_server PORT TITLES`.

A gRPC server as tutorials build it: synchronous, ten workers, its books in a list, `random.sample`. It uses no
database, never reloads its titles, and sends only ids and titles.
"""

import argparse
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

WORKERS = 10
METHOD = "/Recommendations/Recommend"

messages: Any
services: Any
# Compiled at start, so that no generated code is kept.
messages, services = grpc.protos_and_services("benchmarks/baseline.proto")  # type: ignore[no-untyped-call, unused-ignore]


def request(max_results: int) -> bytes:
    """Return an encoded request for `max_results` books."""
    encoded: bytes = messages.RecommendationRequest(
        user_id=1, category=messages.MYSTERY, max_results=max_results
    ).SerializeToString()
    return encoded


class Recommendations(services.RecommendationsServicer):  # type: ignore[misc]
    """Answers with books from a list."""

    def __init__(self, books: list[Any]) -> None:
        self._books = {messages.MYSTERY: books}

    def Recommend(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC's own name
        """Draw books of one category."""
        if request.category not in self._books:
            context.abort(grpc.StatusCode.NOT_FOUND, "Category not found")
        books = self._books[request.category]
        drawn = random.sample(books, min(request.max_results, len(books)))
        return messages.RecommendationResponse(recommendations=drawn)


def main() -> None:
    """Serve the titles of a file, one a line, until the process is stopped."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("titles", type=Path)
    arguments = parser.parse_args()
    titles = arguments.titles.read_text(encoding="utf-8").splitlines()
    books = [messages.BookRecommendation(id=number, title=title) for number, title in enumerate(titles, 1)]
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS))
    services.add_RecommendationsServicer_to_server(Recommendations(books), server)
    server.add_insecure_port(f"127.0.0.1:{arguments.port}")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
