"""The system's own Chromium: its path, and the arguments that keep it off the network."""

import shutil

from tests.support.errors import ToolError

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "Debian and Ubuntu: sudo apt install chromium"

SHELL = "chromium-headless-shell"
"""Debian's headless Chromium: the same pages for half the processor time, but without a back/forward cache."""

# The sandbox refuses to run as root, and we only show our own pages.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Return Chromium's path.

    Raises:
        ToolError: it is not installed; the sentence says what to install.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise ToolError(f"Chromium is not on this computer: install it ({INSTALL}).")
    return path
