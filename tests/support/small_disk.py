"""A PostgreSQL server whose databases are on a small disk.

The disk is a tmpfs in a mount namespace of the server's own, which needs no privileges where the kernel allows user
namespaces. Run as a program, this module is the server inside the namespace.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.temporary_server import temporary_server

ROOT = Path(__file__).resolve().parents[2]
SIZE = "200m"
IN_A_NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
MOUNT = f'mount -t tmpfs -o size={SIZE},mode=700 tmpfs "$1" && shift && exec "$@"'


@dataclass(frozen=True)
class SmallDisk:
    """The disk as seen from outside the namespace, and the server on it."""

    server_url: str
    path: Path

    def leave_free(self, megabytes: float) -> None:
        """Fill the disk until only these megabytes are free."""
        self.empty()
        space = os.statvfs(self.path)
        ballast = space.f_bavail * space.f_bsize - int(megabytes * 1e6)
        with (self.path / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, ballast)

    def empty(self) -> None:
        """Delete everything except the databases."""
        (self.path / "ballast").unlink(missing_ok=True)


def reason_for_no_disk(folder: Path) -> str:
    """Return why no disk can be made here, or the empty string if one can."""
    if not shutil.which(IN_A_NAMESPACE[0]):
        return "there is no unshare"
    result = subprocess.run([*_inside(folder), "true"], capture_output=True, text=True, check=False)
    return result.stderr.strip() if result.returncode else ""


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Run a server with all its databases on a small disk at this folder, which no other process sees there."""
    program = [sys.executable, "-m", "tests.support.small_disk", str(folder)]
    with subprocess.Popen(
        [*_inside(folder), *program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        url = process.stdout.readline().strip()
        assert url, "the server did not start"
        yield SmallDisk(url, Path(f"/proc/{process.pid}/root{folder}"))
        process.stdin.close()


def _inside(folder: Path) -> list[str]:
    return [*IN_A_NAMESPACE, "sh", "-c", MOUNT, "sh", str(folder)]


def main(folder: Path) -> None:
    """Run the server until standard input ends."""
    databases = folder / "databases"
    databases.mkdir(mode=0o700)
    with temporary_server(find_bindir(os.environ)) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{databases}'")
            # Databases created from it inherit its tablespace.
            connection.execute("ALTER DATABASE template1 SET TABLESPACE small")
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
