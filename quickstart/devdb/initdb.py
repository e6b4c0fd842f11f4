"""Makes a PostgreSQL data folder, completely or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

from quickstart.devdb.binaries import major, server_version
from quickstart.devdb.ordinary_user import ordinary_user
from quickstart.errors import QuickstartError

BUILTIN_LOCALES_SINCE = 17
# macOS has no C.UTF-8.
SYSTEM_LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"


def make_cluster(cluster: Path, bindir: Path, *, durable: bool) -> None:
    """Make the data folder, with an empty database `bookstall` of the user `bookstall`.

    It is made under another name and renamed when it is complete, so an interrupted run leaves no incomplete one.

    Args:
        cluster: the folder to make; it must not exist.
        bindir: PostgreSQL's programs.
        durable: whether to wait until it is on disk.

    Raises:
        QuickstartError: one of PostgreSQL's programs failed.
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
    # The builtin locale sorts alike on every system; older versions only have the system's locales.
    if major(server_version(bindir)) < BUILTIN_LOCALES_SINCE:
        return [f"--locale={SYSTEM_LOCALE}"]
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={SYSTEM_LOCALE}"]


def _run(command: list[str], cwd: Path, stdin: bytes = b"") -> None:
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, check=False)
    # A single-user server reports a failed statement but ends with status 0.
    if done.returncode or b"ERROR:" in done.stderr:
        output = done.stderr.decode(errors="replace").strip() or f"status {done.returncode}"
        raise QuickstartError(f"PostgreSQL could not make its data folder {cwd}: {output}")
