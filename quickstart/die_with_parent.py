"""A command prefix that ends a child process together with its parent."""

import shutil
import subprocess
from collections.abc import Sequence


def die_with_parent(signal_name: str) -> list[str]:
    """Return a prefix that makes the kernel send a command this signal when the thread that started it ends.

    It does so even when SIGKILL ends the parent. The prefix is empty where the kernel cannot do this (macOS). A change
    of user clears the setting, so the prefix of `ordinary_user` comes first.
    """
    prefix = ["setpriv", f"--pdeathsig={signal_name}"]
    return prefix if succeeds([*prefix, "true"]) else []


def succeeds(command: Sequence[str]) -> bool:
    """Return whether a command exists here and ends with status 0."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
