"""Tools from npm's registry, installed into the virtual environment on first use."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.errors import ToolError

PACKAGES = Path(__file__).with_name("package.json")
"""Their exact versions: the newest that run on the Node.js of Debian 12."""

FOLDER = Path(sys.prefix, "npm")
INSTALL_TIMEOUT_S = 300


def find_tool(name: str) -> Path:
    """Return the path of a tool's program, after installing those of `package.json` if need be.

    Raises:
        ToolError: there is no npm, or it cannot install them; the sentence says why.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise ToolError(f"{name} needs npm, which is not on this computer: install it (apt install npm).")
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(npm)
    return FOLDER / "node_modules" / ".bin" / name


def _install(npm: str) -> None:
    installed = FOLDER / "installed.json"
    wanted = PACKAGES.read_text("utf-8")
    if installed.exists() and installed.read_text("utf-8") == wanted:
        return
    shutil.copyfile(PACKAGES, FOLDER / PACKAGES.name)
    # No package's own script is run, and no addresses are written down.
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=FOLDER, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"npm took more than {INSTALL_TIMEOUT_S} s to install {PACKAGES.name}.") from error
    if done.returncode:
        raise ToolError(f"npm cannot install what {PACKAGES.name} names: {' '.join(done.stderr.split())[:300]}")
    # Written last, so an interrupted installation is made again.
    installed.write_text(wanted, "utf-8")
