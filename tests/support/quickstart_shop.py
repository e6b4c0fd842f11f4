"""A running `make run`, and the quickstart's commands."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quickstart.addresses import unused_port
from quickstart.settings import PROJECT_ROOT
from tests.support.processes import wait_until

DEADLINE_S = 55.0

Quickstart = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Shop:
    """A running `python -m quickstart run`."""

    process: "subprocess.Popen[bytes]"
    log: Path
    environ: Mapping[str, str]

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def page(self) -> str:
        """The address in its output; empty until it is open."""
        match = re.search(r"^Bookstall is open: (http://\S+)  \(Ctrl-C closes it\)$", self.output, re.MULTILINE)
        return match[1] if match else ""

    @property
    def url_file(self) -> Path:
        return Path(self.environ["BOOKSTALL_DATA"], "url")

    def descendants(self) -> list[int]:
        """Return the ids of all its descendant processes, parents first."""
        pids = [self.process.pid]
        for pid in pids:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                pids.extend(int(child) for child in children.read_text().split())
        return pids[1:]

    def child(self, words: str) -> int:
        """Return the id of the first process with these words in its command line."""
        lines = ((pid, Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")) for pid in self.descendants())
        return next(pid for pid, line in lines if words in line)


def shop_environment(data_folder: Path) -> dict[str, str]:
    """Return the environment of a shop on two free ports, with this data folder."""
    ours = {
        "MARKETPLACE_LISTEN": f"127.0.0.1:{unused_port()}",
        "RECOMMENDATIONS_LISTEN": f"127.0.0.1:{unused_port()}",
        "BOOKSTALL_DATA": str(data_folder),
    }
    others = ("DATABASE_URL", "TEST_DATABASE_URL", "RECOMMENDATIONS_TARGET")
    return {name: value for name, value in os.environ.items() if name not in others} | ours


@contextmanager
def open_shop(log: Path, environ: Mapping[str, str]) -> Iterator[Shop]:
    """Open a shop, and close it at the end if it still runs."""
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
            wait_until(lambda: shop.page or process.poll() is not None, DEADLINE_S)
            assert shop.page, shop.output
            yield shop
        finally:
            process.terminate()


def run_quickstart(
    environ: Mapping[str, str], arguments: tuple[str, ...], typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run one of the quickstart's commands to its end, with this text as its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "quickstart", *arguments],
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_S,
        cwd=PROJECT_ROOT,
        env=environ,
        check=False,
    )
