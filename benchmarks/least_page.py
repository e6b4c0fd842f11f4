"""The minimal Flask page in front of our service: `python -m benchmarks.least_page PORT SERVICE_PORT CATEGORY`.

It has the marketplace's web server and number of threads, makes one RecommendBooks call with gRPC's default client, and
returns the titles as plain text: no template, no extra headers, no log. The marketplace can only be slower.
"""

import argparse
from functools import partial

import grpc
from flask import Flask, Response
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc

BOOKS = 10
THREADS = 16


def build_app(service_port: int, category: str) -> Flask:
    """Build the page."""
    app = Flask(__name__)
    client = pb_grpc.RecommendationsServiceStub(grpc.insecure_channel(f"127.0.0.1:{service_port}"))

    @app.get("/")
    def titles() -> Response:
        answer = client.RecommendBooks(pb.RecommendBooksRequest(category=category, max_results=BOOKS))
        return Response("\n".join(book.title for book in answer.books), mimetype="text/plain")

    return app


def main() -> None:
    """Serve until the process is stopped."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("service_port", type=int)
    parser.add_argument("category")
    arguments = parser.parse_args()
    server = MPServer(
        "benchmarks.least_page:build_app",
        port=arguments.port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,
    )
    server.serve(target_loader=partial(build_app, arguments.service_port, arguments.category), wrap_loader=False)


if __name__ == "__main__":
    main()
