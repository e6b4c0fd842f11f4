"""Starts the shipped services and their baselines."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grpc_health.v1 import health_pb2

from benchmarks.grpc_call import Call
from benchmarks.processes import Program, answers, listens, running
from protobufs import recommendations_pb2 as pb
from quickstart.addresses import Address, unused_port
from quickstart.readiness import recommendations_ready

SERVICE = f"/{pb.DESCRIPTOR.services_by_name['RecommendationsService'].full_name}"


@contextmanager
def recommendations(
    database_url: str, name: str = "recommendations", settings: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Run the service on a database until the block ends."""
    port = unused_port()
    environ = {"DATABASE_URL": database_url, "RECOMMENDATIONS_LISTEN": f"127.0.0.1:{port}", **(settings or {})}
    with (
        recommendations_ready(Address("127.0.0.1", port)) as ready,
        running(name, ["recommendations"], port, ready, environ) as program,
    ):
        yield program


@contextmanager
def baseline(titles: Iterable[str]) -> Iterator[Program]:
    """Run the baseline server with these titles until the block ends."""
    port = unused_port()
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary, "titles")
        file.write_text("".join(f"{' '.join(title.split())}\n" for title in titles), encoding="utf-8")
        arguments = ["benchmarks.baseline_server", str(port), str(file)]
        with running("baseline", arguments, port, lambda: listens(port)) as program:
            yield program


@contextmanager
def marketplace(
    service: Program, name: str = "marketplace", settings: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Run the marketplace in front of the service until the block ends, as shipped: one worker process per core."""
    port = unused_port()
    environ = {
        "MARKETPLACE_LISTEN": f"127.0.0.1:{port}",
        "RECOMMENDATIONS_TARGET": f"127.0.0.1:{service.port}",
        **(settings or {}),
    }
    with running(name, ["marketplace"], port, lambda: answers(port, "/readyz"), environ) as program:
        yield program


@contextmanager
def least_page(service: Program, category: str) -> Iterator[Program]:
    """Run the minimal page in front of the service until the block ends."""
    port = unused_port()
    arguments = ["benchmarks.least_page", str(port), str(service.port), category]
    with running("least-page", arguments, port, lambda: answers(port, "/")) as program:
        yield program


@contextmanager
def baseline_page(of: Program) -> Iterator[Program]:
    """Run the baseline's page in front of the baseline until the block ends: Flask's development server."""
    port = unused_port()
    arguments = ["flask", "--app", "benchmarks.baseline_page", "run", f"--port={port}"]
    environ = {"BASELINE_PORT": str(of.port)}
    with running("baseline-page", arguments, port, lambda: answers(port, "/"), environ) as program:
        yield program


def books_call(
    service: Program, category: str, max_results: int = 10, page_token: str = "", excluded: Iterable[int] = ()
) -> Call:
    """Return a call of RecommendBooks."""
    request = pb.RecommendBooksRequest(
        category=category, max_results=max_results, page_token=page_token, exclude_book_ids=excluded
    )
    return Call(service.port, f"{SERVICE}/RecommendBooks", request.SerializeToString())


def health_call(service: Program) -> Call:
    """Return a call of the service's health check."""
    return Call(service.port, f"/{health_pb2.DESCRIPTOR.services_by_name['Health'].full_name}/Check", b"")
