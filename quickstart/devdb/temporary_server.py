"""A server for a moment: for tests and checks."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quickstart.devdb.data_folder import locked
from quickstart.devdb.postgres import EmbeddedServer, embedded_server

# Nothing has to survive a power cut.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def throw_away_server(bindir: Path) -> Iterator[EmbeddedServer]:
    """Run a server on a temporary data folder, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="bookstall-data-") as temporary:
        folder = Path(temporary)
        # Where root has to hand the data to nobody, that one must get there; the data itself is its own alone.
        folder.chmod(0o711)
        with locked(folder) as data, embedded_server(data, bindir, SETTINGS) as server:
            yield server
