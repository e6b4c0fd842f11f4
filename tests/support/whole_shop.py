"""Whole shops, as they ship: a real service, the marketplace under its own web server, a catalogue in PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from quickstart.child_process import stop_process
from tests.support.processes import unused_port, wait_until

STOP_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Stall:
    """A running shop: where its page is, and where its service listens."""

    address: str
    service: str
    database: str

    def answers(self, path: str) -> bool:
        try:
            with urlopen(f"{self.address}{path}", timeout=5):
                return True
        except OSError:  # HTTPError is one
            return False


@contextmanager
def part(module: str, log: Path, **settings: str) -> Iterator[None]:
    """Run `python -m` this module until the block ends; what it says goes to a file, which never fills up."""
    ours = ("DATABASE_", "RECOMMENDATIONS_", "MARKETPLACE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", module], env=environ | settings, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield
    finally:
        stop_process(process, STOP_TIMEOUT_S, group=True)


@contextmanager
def service(stall: Stall, log: Path) -> Iterator[None]:
    """Run the shop's service until the block ends."""
    with part("recommendations", log, DATABASE_URL=stall.database, RECOMMENDATIONS_LISTEN=stall.service):
        yield


@contextmanager
def open_stall(log: Path, database: str, *, with_service: bool = True, **settings: str) -> Iterator[Stall]:
    """Open a shop; it need not be ready yet. Without its service it is one whose bookseller is away."""
    page = f"127.0.0.1:{unused_port()}"
    stall = Stall(f"http://{page}", f"127.0.0.1:{unused_port()}", database)
    with ExitStack() as stack:
        if with_service:
            stack.enter_context(service(stall, log))
        stack.enter_context(
            part("marketplace", log, MARKETPLACE_LISTEN=page, RECOMMENDATIONS_TARGET=stall.service, **settings)
        )
        yield stall


def until_open(stall: Stall) -> None:
    """Wait until the shop's page answers, whatever it says."""
    wait_until(lambda: stall.answers("/healthz"))


def until_ready(stall: Stall) -> None:
    """Wait until the shop has books to show."""
    wait_until(lambda: stall.answers("/readyz"))
