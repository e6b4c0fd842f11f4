"""Complete shops: the recommendations service, the marketplace under its web server, and a PostgreSQL database."""

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
NO_METRICS = {"MARKETPLACE_METRICS_LISTEN": "", "RECOMMENDATIONS_METRICS_LISTEN": ""}
"""Several services run side by side, but only one could listen on the default metrics address."""


@dataclass(frozen=True)
class RunningShop:
    """A running shop: the URL of the marketplace, the listen address of the service, and the database URL."""

    address: str
    service: str
    database: str

    def answers(self, path: str) -> bool:
        try:
            with urlopen(f"{self.address}{path}", timeout=5):
                return True
        except OSError:  # includes HTTPError
            return False


@contextmanager
def run_module(module: str, log: Path, **settings: str) -> Iterator[None]:
    """Run `python -m` this module until the block ends; its output goes to a file, because a pipe could fill up."""
    ours = ("DATABASE_", "RECOMMENDATIONS_", "MARKETPLACE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ |= NO_METRICS
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", module], env=environ | settings, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield
    finally:
        stop_process(process, STOP_TIMEOUT_S, group=True)


@contextmanager
def service(shop: RunningShop, log: Path) -> Iterator[None]:
    """Run the shop's service until the block ends."""
    with run_module("recommendations", log, DATABASE_URL=shop.database, RECOMMENDATIONS_LISTEN=shop.service):
        yield


@contextmanager
def run_shop(log: Path, database: str, *, with_service: bool = True, **settings: str) -> Iterator[RunningShop]:
    """Start a shop without waiting until it is ready. Without its service it shows the 503 page."""
    page = f"127.0.0.1:{unused_port()}"
    shop = RunningShop(f"http://{page}", f"127.0.0.1:{unused_port()}", database)
    # One process, because /readyz only reports the state of the process that answers it.
    settings = {"MARKETPLACE_WORKERS": "1", **settings}
    with ExitStack() as stack:
        if with_service:
            stack.enter_context(service(shop, log))
        stack.enter_context(
            run_module("marketplace", log, MARKETPLACE_LISTEN=page, RECOMMENDATIONS_TARGET=shop.service, **settings)
        )
        yield shop


def until_open(shop: RunningShop) -> None:
    """Wait until the marketplace answers, whatever its readiness."""
    wait_until(lambda: shop.answers("/healthz"))


def until_ready(shop: RunningShop) -> None:
    """Wait until the shop has books to show."""
    wait_until(lambda: shop.answers("/readyz"))
