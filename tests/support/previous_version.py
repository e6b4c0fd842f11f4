"""The previous version of the project, from git, to run beside this one."""

import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PREVIOUS = "09fc43b200bd"
"""Used while there is no release tag: the last commit with version 0.1.0's layout and the first schema."""


def previous_revision() -> str:
    """Return `$BOOKSTALL_PREVIOUS`, or the newest release tag (`v*`) before this commit, or `PREVIOUS`."""
    described = _git("describe", "--tags", "--abbrev=0", "--match=v*", "HEAD~1")
    return os.environ.get("BOOKSTALL_PREVIOUS") or (described.stdout.decode().strip() or PREVIOUS)


def is_in_git(revision: str) -> bool:
    """Return whether this clone has the commit; a shallow one may not."""
    return _git("cat-file", "-e", f"{revision}^{{commit}}").returncode == 0


def unpack(revision: str, folder: Path) -> None:
    """Put the files of a revision into a folder, with the stubs of its own proto."""
    archive = _git("archive", revision)
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    subprocess.run([sys.executable, "-m", "protobufs.generate"], cwd=folder, check=True)


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
