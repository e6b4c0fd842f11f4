"""R11: the previous version and this one work together, in both directions, on this version's schema."""

import re
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from tests.resilience.conftest import Scale
from tests.support.previous_version import is_in_git, previous_revision, unpack
from tests.support.shipped_processes import ShippedProcess, page_process, service_process, tracebacks

ROUNDS = 1_000
PATHS = (
    "/",
    "/categories",
    "/categories/mystery",
    "/books/1",
    "/api/books/1",
    "/api/recommendations",
    "/api/shelves",
    "/api/categories",
)


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the previous version."""
    revision = previous_revision()
    if not is_in_git(revision):
        pytest.skip(f"this clone has no commit {revision}")
    folder = tmp_path_factory.mktemp("previous")
    unpack(revision, folder)
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., ShippedProcess]]:
    """Give a function that starts a process of either version: (service_process | page_process, address, folder)."""
    started: list[ShippedProcess] = []

    def start(make: Callable[..., ShippedProcess], address: str, folder: Path | None) -> ShippedProcess:
        process = make(tmp_path / f"{len(started)}.log", address)
        process.folder = folder
        started.append(process)
        process.start()
        return process

    yield start
    for process in started:
        process.stop()


def get(page: ShippedProcess, paths: list[str]) -> tuple[int, list[str]]:
    """Get these paths, and links with tokens on their pages; return how many there were, and which failed."""
    connection = HTTPConnection("127.0.0.1", page.port, timeout=10.0)
    count, failed, queue = 0, list[str](), list(paths)
    for path in queue:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        count += 1
        if response.status != 200:
            failed.append(f"{response.status} {path}")
        if "token=" not in path:
            queue += [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*token=[^"]*)"', body)][:1]
    connection.close()
    return count, failed


@pytest.mark.parametrize("newer", ["service", "page", "schema"])
@pytest.mark.promise(
    "R11: previous page with the new service, new page with the previous service, previous service on the new schema",
    "0 failed calls",
)
def test_the_previous_version_works_with_this_one(  # noqa: PLR0913, PLR0917 - fixtures
    catalogue: str,
    previous: Path,
    run: Callable[..., ShippedProcess],
    scale: Scale,
    figure: Callable[[str], None],
    newer: str,
) -> None:
    service = run(service_process, catalogue, None if newer == "service" else previous)
    page = run(page_process, service.target, None if newer == "page" else previous)
    count, failed = get(page, [*PATHS] * scale.count(ROUNDS // len(PATHS)))

    figure(f"only the {newer} new: {len(failed)} of {count:,} pages failed")
    assert not failed
    assert not tracebacks(service, page)


@pytest.mark.promise("R11: page tokens of the previous version", "all work")
def test_this_version_continues_the_shuffles_of_the_previous_one(
    catalogue: str, previous: Path, run: Callable[..., ShippedProcess], scale: Scale, figure: Callable[[str], None]
) -> None:
    old = run(service_process, catalogue, previous)
    new = run(service_process, catalogue, None)
    count = scale.count(ROUNDS)
    with grpc.insecure_channel(old.target) as old_channel, grpc.insecure_channel(new.target) as new_channel:
        before, after = (pb_grpc.RecommendationsServiceStub(channel) for channel in (old_channel, new_channel))
        for _ in range(count):
            first = before.RecommendBooks(pb.RecommendBooksRequest(max_results=5), timeout=5.0)
            token = pb.RecommendBooksRequest(page_token=first.page_token, max_results=5)
            following = pb.RecommendBooksRequest(page_token=first.next_page_token, max_results=5)
            assert ids(after.RecommendBooks(token, timeout=5.0)) == ids(first)
            expected = ids(before.RecommendBooks(following, timeout=5.0))
            assert ids(after.RecommendBooks(following, timeout=5.0)) == expected

    figure(f"{2 * count:,} tokens of the previous service give the same books in this one")


def ids(response: pb.RecommendBooksResponse) -> list[int]:
    return [book.id for book in response.books]
