"""Finds the database of the shop that `make run` has started from this folder."""

from collections.abc import Mapping
from pathlib import Path

from seed.loading.connection import SeedError

_PROJECT_ROOT = Path(__file__).resolve().parents[2]


def with_database(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment, with the URL of the running shop's database if DATABASE_URL is not set.

    Raises:
        SeedError: if there is neither.
    """
    if environ.get("DATABASE_URL"):
        return environ
    # `make run` writes this file while the shop runs; see quickstart.devdb.data_folder.
    file = Path(environ.get("BOOKSTALL_DATA") or _PROJECT_ROOT / ".bookstall") / "url"
    try:
        return {**environ, "DATABASE_URL": file.read_text(encoding="utf-8").strip()}
    except OSError:
        raise SeedError(
            "DATABASE_URL is not set and no shop is running here: start one with 'make run', or load the file with "
            "'make seed FILE=…', which starts the database by itself."
        ) from None
