"""A command prefix that runs PostgreSQL as an ordinary user, because it refuses to run as root."""

import os
from pathlib import Path

from quickstart.die_with_parent import succeeds
from quickstart.errors import QuickstartError

NOBODY = 65_534
# In this user namespace, root is the user `nobody`, has no privileges and still owns its files.
IN_A_NAMESPACE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]


def ordinary_user(cluster: Path, bindir: Path) -> list[str]:
    """Return a prefix that lets PostgreSQL use its data folder; empty if we are not root.

    It adds no user and changes only this folder. Where root may make user namespaces, the folder stays root's;
    elsewhere (containers forbid them) the user `nobody` gets it. A folder of an ordinary user stays that user's.

    Raises:
        QuickstartError: we are root, and neither is possible.
    """
    if os.geteuid() != 0:
        return []
    owner = cluster.stat().st_uid
    if succeeds([*IN_A_NAMESPACE, "test", "-w", str(cluster)]):
        return IN_A_NAMESPACE
    uid = owner or NOBODY
    if owner == 0:
        _change_owner(cluster, uid)
    prefix = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    if succeeds([*prefix, "test", "-w", str(cluster)]) and succeeds([*prefix, str(bindir / "postgres"), "--version"]):
        return prefix
    raise QuickstartError(
        f"PostgreSQL refuses to run as root, and an ordinary user cannot access both {cluster} and {bindir}: run this "
        "as an ordinary user, or in a folder that everybody may enter."
    )


def _change_owner(folder: Path, uid: int) -> None:
    """Give a folder and everything in it to this user."""
    os.chown(folder, uid, -1)
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(root, name), uid, -1, follow_symlinks=False)
