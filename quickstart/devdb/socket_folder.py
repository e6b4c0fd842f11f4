"""The folder of the server's unix socket: private, with a short path that has no comma.

A socket's path may have at most 107 bytes, and both the server and its clients read a comma as the end of a path.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_SOCKET_PATH = 103  # macOS's limit; Linux allows 107 bytes
SOCKET_NAME = "/.s.PGSQL.5432.lock"


@contextmanager
def socket_folder(cluster: Path) -> Iterator[Path]:
    """Make a folder (0700) for the socket of the server on this data, and remove it afterwards.

    Its name is a hash of the data's path, so the next start finds and removes what a killed launcher left behind.
    """
    digest = hashlib.sha256(f"{os.geteuid()} {cluster}".encode(errors="surrogateescape")).hexdigest()
    folder = _temporary_folder() / f"bookstall-{digest[:12]}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        # It belongs to another user: do not touch it and do not trust it.
        folder = Path(tempfile.mkdtemp(prefix="bookstall-", dir=folder.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _temporary_folder() -> Path:
    folder = Path(tempfile.gettempdir())
    longest = folder / f"bookstall-{'0' * 12}"
    usable = len(os.fsencode(longest)) + len(SOCKET_NAME) <= LONGEST_SOCKET_PATH and "," not in str(folder)
    return folder if usable else Path("/tmp")  # noqa: S108 - every Unix has it
