"""R9: draws stay whole and exact while the catalogue is inserted into, deleted from, compacted, migrated and loaded."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from tests.conftest import ROOT
from tests.resilience.conftest import Scale
from tests.support.chi_square import FALSE_ALARM, p_of_books
from tests.support.processes import wait_until
from tests.support.shelf_writers import Writer, writing
from tests.support.shelves import open_shop
from tests.support.shipped_processes import ShippedProcess, tracebacks
from tests.support.steady_load import steady_load

Start = Callable[..., ShippedProcess]

SIZE = 5
STAYING = 60
DURATION_S = 120.0
LOADED_BOOKS = 50_000
RATE = 150.0
PAUSE_S = 0.005


def run_command(database: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database},
        check=True,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture
def database(database_url: str) -> str:
    """Give a database with today's schema and no books."""
    return database_url


@pytest.mark.promise(
    "R9: draws beside inserts, deletes, compaction, migration and a large load",
    "exact and never short, 0 errors",
)
def test_draws_stay_whole_and_uniform_beside_every_kind_of_change(
    database: str,
    start_service: Start,
    scale: Scale,
    figure: Callable[[str], None],
    tmp_path: Path,
) -> None:
    with open_shop(database) as shop:
        shelf = shop.shelf("mystery", 2 * STAYING, empty=range(40, 70))
        staying = set(sorted(shelf.book_ids)[:STAYING])
        shop.run("UPDATE book SET title = 'churn' WHERE NOT id = ANY(%s)", list(staying))
    service = start_service(database)
    table = tmp_path / "books.csv"
    table.write_text("title\n" + "".join(f"Book {n}\n" for n in range(scale.count(LOADED_BOOKS))))
    draws: list[tuple[int, ...]] = []
    # They compact as well: each moves the last book of the shelf into an empty slot.
    writers = [Writer(database, shelf.id, seed, pause_s=PAUSE_S) for seed in (1, 2)]
    commands_done = threading.Event()

    def change_by_commands() -> None:
        run_command(database, "alembic", "upgrade", "head")
        run_command(database, "seed", "--quiet", "load", str(table))
        commands_done.set()

    with grpc.insecure_channel(service.target) as channel:
        stub = pb_grpc.RecommendationsServiceStub(channel)

        def draw() -> None:
            response = stub.RecommendBooks(pb.RecommendBooksRequest(category="mystery", max_results=SIZE), timeout=5.0)
            draws.append(tuple(book.id for book in response.books))

        commands = threading.Thread(target=change_by_commands, daemon=True)
        with writing(writers) as check, steady_load(draw, RATE, threads=24) as load:
            commands.start()
            wait_until(lambda: load.now_s() > scale.seconds(DURATION_S, least=5.0), 600.0)
            wait_until(commands_done.is_set, 600.0)
            check()
        commands.join()

    short = sum(len(books) != SIZE or len(set(books)) != SIZE for books in draws)
    p = p_of_books(draws, staying)
    changes = sum(writer.changes for writer in writers)
    figure(
        f"{load} beside {changes:,} changes and a load of {scale.count(LOADED_BOOKS):,} books; {short} short or "
        f"with a book twice; chi-square p = {p:.3f}"
    )
    assert not load.failed
    assert not short
    assert p > FALSE_ALARM
    assert not tracebacks(service)
