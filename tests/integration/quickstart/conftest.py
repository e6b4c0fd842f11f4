"""What the tests of the quickstart share: folders that any user may enter, whole shops, waiting for something."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from quickstart.devdb.binaries import find_bindir
from quickstart.settings import PROJECT_ROOT

DEADLINE_S = 30.0
POLL_S = 0.01


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(POLL_S)  # between questions; the deadline is above


def has_ended(pid: int) -> bool:
    """Tell whether there is no such process; a zombie that init has yet to collect is none."""
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Give a function that waits until a condition holds, and fails the test if that takes too long."""
    return wait_until


@pytest.fixture
def is_gone() -> Callable[[int], bool]:
    """Give a function that tells whether the process of this id has ended."""
    return has_ended


@pytest.fixture(scope="session")
def bindir() -> Path:
    return find_bindir(os.environ)


@contextmanager
def public_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bookstall test "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Give a folder that other users may enter, unlike `tmp_path`."""
    with public_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Give a data folder that a module's tests share: making one takes as long as starting a server twenty times."""
    with public_folder() as folder:
        yield folder / """ a "b", it's 100% ☃ $HOME """


@dataclass(frozen=True)
class Shop:
    """A running `python -m quickstart run`."""

    process: subprocess.Popen[bytes]
    log: Path
    environ: Mapping[str, str]

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def page(self) -> str:
        """The address it tells; empty until it is open."""
        found = re.search(r"^Bookstall is open: (http://\S+)  \(Ctrl-C closes it\)$", self.said, re.MULTILINE)
        return found[1] if found else ""

    @property
    def url_file(self) -> Path:
        return Path(self.environ["BOOKSTALL_DATA"], "url")

    def descendants(self) -> list[int]:
        """Return the ids of all processes that come from it, parents first."""
        found = [self.process.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found.extend(int(child) for child in children.read_text().split())
        return found[1:]

    def part(self, words: str) -> int:
        """Return the id of the first process with these words in its command line."""
        lines = ((pid, Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")) for pid in self.descendants())
        return next(pid for pid, line in lines if words in line)


@pytest.fixture
def quickstart(shop_environ: Mapping[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give a function that runs one of the quickstart's commands, beside the shop if one is open, to its end."""

    def run(*arguments: str, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "quickstart", *arguments],
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE_S,
            cwd=PROJECT_ROOT,
            env={**shop_environ, **environ},
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def shop_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the environment of a shop on two ports that are free just now, with a data folder that a module shares."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        page, service = (f"127.0.0.1:{server.getsockname()[1]}" for server in (one, other))
    ours = {
        "MARKETPLACE_LISTEN": page,
        "RECOMMENDATIONS_LISTEN": service,
        "BOOKSTALL_DATA": str(tmp_path_factory.mktemp("the shop's data")),
    }
    others = ("DATABASE_URL", "TEST_DATABASE_URL", "RECOMMENDATIONS_TARGET")
    return {name: value for name, value in os.environ.items() if name not in others} | ours


@contextmanager
def open_shop(log: Path, environ: Mapping[str, str]) -> Iterator[Shop]:
    """Open a shop, and close it again if the test has not."""
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "quickstart", "run"],
            stdout=out,
            stderr=out,
            cwd=PROJECT_ROOT,
            env=environ,
            process_group=0,
        ) as process,
    ):
        shop = Shop(process, log, environ)
        try:
            wait_until(lambda: shop.page or process.poll() is not None)
            assert shop.page, shop.said
            yield shop
        finally:
            process.terminate()


@pytest.fixture
def shop(tmp_path: Path, shop_environ: Mapping[str, str]) -> Iterator[Shop]:
    """Give an open shop that the test may do anything to."""
    with open_shop(tmp_path / "log", shop_environ) as shop:
        yield shop


@pytest.fixture(scope="module")
def quiet_shop(tmp_path_factory: pytest.TempPathFactory, shop_environ: Mapping[str, str]) -> Iterator[Shop]:
    """Give an open shop that a module's tests only look at."""
    with open_shop(tmp_path_factory.mktemp("log") / "log", shop_environ) as shop:
        yield shop
