"""The system's own Chromium: where it is, and how it is started without asking anything of the outer world."""

import shutil

from tests.support.errors import ToolError

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "Debian and Ubuntu: sudo apt install chromium"

SHELL = "chromium-headless-shell"
"""Debian's package of Chromium without windows: the same pages for half the processor time, but each is loaded anew
when a shopper goes back."""

# The sandbox refuses to run as root, and what is shown are our own pages.
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
