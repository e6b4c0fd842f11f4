"""Run a package, and start it anew whenever one of its files changes: `python reload.py PACKAGE`.

For work on the code (docker-compose.override.example.yaml). It asks for the times of the files twice a second, since
not every kind of mounted folder tells of changes.
"""

import importlib.util
import signal
import subprocess
import sys
import time
from pathlib import Path

EVERY_S = 0.5


def folder_of(package: str) -> Path:
    """Return where the package lies."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"There is no package {package}.")
    return Path(found.origin).parent


def times(folder: Path) -> dict[Path, int]:
    """Return when each file was last changed, but for the bytecode that a Python outside leaves in the folder."""
    found = {}
    for path in folder.rglob("*"):
        try:
            if path.is_file() and path.parent.name != "__pycache__":
                found[path] = path.stat().st_mtime_ns
        except FileNotFoundError:  # an editor's temporary file, gone meanwhile
            continue
    return found


def main() -> None:
    """Run until SIGTERM; a package that ends by itself is started again at the next change."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    package = sys.argv[1]
    folder = folder_of(package)
    while True:
        seen = times(folder)
        process = subprocess.Popen([sys.executable, "-m", package])
        try:
            while times(folder) == seen:
                time.sleep(EVERY_S)  # what is mounted from another system often tells of no change
            print(f"{package} has changed; starting it anew", flush=True)
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
