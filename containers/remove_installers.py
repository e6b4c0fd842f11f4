"""Remove pip, and the copy of it that venv carries: what installs software has no place beside what serves."""

import importlib.util
import shutil
import sysconfig
from pathlib import Path


def main() -> None:
    """Remove them from the interpreter that runs this."""
    for package in ("pip", "ensurepip"):
        found = importlib.util.find_spec(package)
        if found and found.origin:
            folder = Path(found.origin).parent
            for leftover in folder.parent.glob(f"{package}-*"):
                shutil.rmtree(leftover)
            shutil.rmtree(folder)
    for scripts in {sysconfig.get_path("scripts"), "/usr/bin", "/usr/local/bin"}:
        for script in Path(scripts).glob("pip*"):
            script.unlink()


if __name__ == "__main__":
    main()
