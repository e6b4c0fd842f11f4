"""What to put in front of a command, so that it runs as it must: not as root, and never without us."""

import os
import shutil
import subprocess
from pathlib import Path

from quickstart.errors import QuickstartError

NOBODY = 65_534
# In a user namespace of its own, root's files belong to nobody, and root's powers are gone.
IN_A_NAMESPACE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]


def leash(signal_name: str) -> list[str]:
    """Return a prefix that makes the kernel send a command this signal when the thread that started it ends.

    That holds even if we are killed by SIGKILL. It is empty where there is no such thing (macOS). Changing the user
    takes the leash off, so it stands behind `ordinary_user`.
    """
    prefix = ["setpriv", f"--pdeathsig={signal_name}"]
    return prefix if _works([*prefix, "true"]) else []


def ordinary_user(cluster: Path, bindir: Path) -> list[str]:
    """Return a prefix that lets PostgreSQL, which refuses to run as root, work on its data; empty if we are not root.

    It adds no user and changes no folder but this one. Where root may make user namespaces, the folder stays root's;
    elsewhere (containers forbid them) it is given to nobody. A folder that an ordinary user made stays that user's.

    Raises:
        QuickstartError: we are root, and neither way is open.
    """
    if os.geteuid() != 0:
        return []
    owner = cluster.stat().st_uid
    if _works([*IN_A_NAMESPACE, "test", "-w", str(cluster)]):
        return IN_A_NAMESPACE
    uid = owner or NOBODY
    if owner == 0:
        _give(cluster, uid)
    prefix = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    if _works([*prefix, "test", "-w", str(cluster)]) and _works([*prefix, str(bindir / "postgres"), "--version"]):
        return prefix
    raise QuickstartError(
        f"PostgreSQL refuses to run as root, and an ordinary user cannot get at both {cluster} and {bindir}: run this "
        "as an ordinary user, or in a folder that everybody may enter."
    )


def _give(folder: Path, uid: int) -> None:
    """Make a folder and all that is in it this user's."""
    os.chown(folder, uid, -1)
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(root, name), uid, -1, follow_symlinks=False)


def _works(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
