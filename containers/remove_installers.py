"""Remove pip and ensurepip, which a running container does not need."""

import importlib.util
import shutil
import sysconfig
from pathlib import Path


def main() -> None:
    """Remove them from this interpreter."""
    for package in ("pip", "ensurepip"):
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            folder = Path(spec.origin).parent
            for leftover in folder.parent.glob(f"{package}-*"):
                shutil.rmtree(leftover)
            shutil.rmtree(folder)
    for scripts in {sysconfig.get_path("scripts"), "/usr/bin", "/usr/local/bin"}:
        for script in Path(scripts).glob("pip*"):
            script.unlink()


if __name__ == "__main__":
    main()
