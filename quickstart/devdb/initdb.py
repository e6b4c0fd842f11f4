"""Makes a PostgreSQL data folder, whole or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

from quickstart.command_wrappers import ordinary_user
from quickstart.devdb.binaries import major, server_version
from quickstart.errors import QuickstartError

BUILTIN_LOCALES_SINCE = 17
# macOS has no C.UTF-8 of its own.
SYSTEM_LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"


def make_cluster(cluster: Path, bindir: Path, *, durable: bool) -> None:
    """Make the data folder, with an empty database `bookstall` of a user `bookstall`.

    It is made beside its place and put there when it is complete, so an interrupted run leaves nothing half made.

    Args:
        cluster: where it shall be; must not exist.
        bindir: PostgreSQL's programs.
        durable: whether to wait until it is on the disk.

    Raises:
        QuickstartError: PostgreSQL's own programs refuse.
    """
    unfinished = cluster.with_name(cluster.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    prefix = ordinary_user(unfinished, bindir)
    initdb = [str(bindir / "initdb"), "-D", str(unfinished), "--username=bookstall", "--auth=trust", "--encoding=UTF8"]
    _run([*prefix, *initdb, *_locale(bindir), *([] if durable else ["--no-sync"])], unfinished)
    single = [str(bindir / "postgres"), "--single", "-D", str(unfinished), *([] if durable else ["-F"]), "postgres"]
    _run([*prefix, *single], unfinished, b"CREATE DATABASE bookstall\n")
    unfinished.rename(cluster)


def refuse_other_version(cluster: Path, bindir: Path) -> None:
    """Raise QuickstartError if another major version made this data: the server could not read it."""
    made_by = (cluster / "PG_VERSION").read_text().strip()
    version = server_version(bindir)
    if major(version) != major(made_by):
        raise QuickstartError(
            f"The data in {cluster} was made by PostgreSQL {made_by}, and {bindir} has {version}: set PG_BINDIR to the "
            f"programs of PostgreSQL {made_by}, or BOOKSTALL_DATA to another folder."
        )


def _locale(bindir: Path) -> list[str]:
    # The builtin locale sorts alike on every system; the older ones have only the system's.
    if major(server_version(bindir)) < BUILTIN_LOCALES_SINCE:
        return [f"--locale={SYSTEM_LOCALE}"]
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={SYSTEM_LOCALE}"]


def _run(command: list[str], cwd: Path, stdin: bytes = b"") -> None:
    ended = subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, check=False)
    # A single-user server reports a failed statement, and ends with status 0.
    if ended.returncode or b"ERROR:" in ended.stderr:
        said = ended.stderr.decode(errors="replace").strip() or f"status {ended.returncode}"
        raise QuickstartError(f"PostgreSQL could not make its data folder {cwd}: {said}")
