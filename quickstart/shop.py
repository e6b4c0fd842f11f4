"""`make run`: the whole shop, from the database to the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NoReturn

from quickstart.addresses import refuse_if_taken
from quickstart.child_process import ChildProcess
from quickstart.console import Console
from quickstart.database_url import refuse_unreachable
from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.data_folder import DataFolder, locked
from quickstart.devdb.postgres import EmbeddedServer, embedded_server
from quickstart.devdb.server_log import last_line
from quickstart.readiness import marketplace_ready, recommendations_ready
from quickstart.settings import PROJECT_ROOT, Settings
from quickstart.signals import ignore_ending_signals
from quickstart.supervisor import Supervisor


def run(settings: Settings, console: Console) -> NoReturn:
    """Open the shop and keep it open.

    Raises:
        KeyboardInterrupt: an ending signal has arrived.
        QuickstartError: it cannot be opened, or one of its processes ended for good.
    """
    with locked(settings.data_folder) as folder:
        # Checked first: nothing has to be stopped again if an address is taken.
        refuse_if_taken("MARKETPLACE_LISTEN", settings.marketplace)
        refuse_if_taken("RECOMMENDATIONS_LISTEN", settings.recommendations)
        with _database(settings, folder) as (url, server), folder.publish_url(url):
            _keep_open(settings, console, url, server)


def _keep_open(settings: Settings, console: Console, url: str, server: EmbeddedServer | None) -> NoReturn:
    with Supervisor(PROJECT_ROOT, settings.for_children(url), console) as supervisor:
        try:
            if server:
                supervisor.watch("postgres", server.process, partial(last_line, server.log))
            recommendations = _open(settings, console, supervisor)
            supervisor.wait(restartable=recommendations)
        finally:
            # The shutdown stops everything in order; a second Ctrl-C would only leave processes behind.
            ignore_ending_signals()


def _open(settings: Settings, console: Console, supervisor: Supervisor) -> ChildProcess:
    """Start all services; return recommendations, which may restart: meanwhile the marketplace answers 503."""
    supervisor.run("migrations", "alembic", "upgrade", "head")
    supervisor.run("seed", "seed", "--if-empty")
    recommendations = supervisor.start("recommendations", "recommendations")
    marketplace = supervisor.start("marketplace", "marketplace")
    with recommendations_ready(settings.recommendations.reachable) as ready:
        supervisor.wait_until_ready(ready, recommendations)
    page = settings.marketplace.reachable
    supervisor.wait_until_ready(partial(marketplace_ready, page), marketplace)
    console.print(f"Bookstall is open: http://{page}  (Ctrl-C closes it)")
    return recommendations


@contextmanager
def _database(settings: Settings, folder: DataFolder) -> Iterator[tuple[str, EmbeddedServer | None]]:
    """Yield the address of the database, and the server if it is embedded."""
    if settings.database_url:
        refuse_unreachable(settings.database_url, settings.password)
        yield settings.database_url, None
        return
    with embedded_server(folder, find_bindir(settings.environ)) as server:
        yield server.url, server
