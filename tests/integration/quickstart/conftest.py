"""What the tests of the quickstart share: folders that any user may enter, launchers, waiting for something."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from quickstart.binaries import find_bindir
from quickstart.settings import PROJECT_ROOT

DEADLINE_S = 20.0
POLL_S = 0.01
LAUNCHER = """
import os, sys
from pathlib import Path
from quickstart.binaries import find_bindir
from quickstart.closing import interrupt_on_signals
from quickstart.data_folder import locked
from quickstart.errors import QuickstartError
from quickstart.postgres import embedded_server
from quickstart.throw_away import SETTINGS

interrupt_on_signals()
try:
    with (
        locked(Path(sys.argv[1])) as folder,
        embedded_server(folder, find_bindir(os.environ), SETTINGS) as server,
        folder.publish_url(server.url),
    ):
        print(server.process.pid, server.url, flush=True)
        server.process.wait()
except QuickstartError as error:
    sys.exit(str(error))
except KeyboardInterrupt:
    pass
"""

Eventually = Callable[[Callable[[], object]], None]
Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def eventually() -> Eventually:
    """Give a function that waits until a condition holds, and fails the test if that takes too long."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(POLL_S)

    return wait


@pytest.fixture
def bindir() -> Path:
    return find_bindir(os.environ)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Give a folder that other users may enter, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp(prefix="bookstall test, "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Give a function that starts a launcher of its own process on a data folder, behind a prefix.

    It prints the server's process id and address when that is ready.
    """
    with ExitStack() as stack:

        def start(folder: Path, *prefix: str, **environ: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-c", LAUNCHER, str(folder)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=PROJECT_ROOT,
                env={**os.environ, **environ},
            )
            stack.enter_context(process)
            stack.callback(process.send_signal, signal.SIGTERM)
            return process

        yield start
