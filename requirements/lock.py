"""Lock every extra of pyproject.toml with hashes into requirements/: `make lock`.

`dev.txt` holds everything; the extras that containers install are locked to the
same versions. No download address is recorded.
"""

import subprocess
import sys
from pathlib import Path

ROLES = ("recommendations", "marketplace", "catalogue", "stubs", "integration-test", "bench")
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    "--quiet",
    "--python-version=3.11",
    # Before 23.3, pip takes what asks for an extra as another project, and looks for the newest release of that.
    "--no-strip-extras",
)


def compile_extra(extra: str, *more: str) -> None:
    """Write requirements/<extra>.txt."""
    uv = Path(sys.executable).with_name("uv")
    output = f"requirements/{extra}.txt"
    command = [str(uv), "pip", "compile", *OPTIONS, f"--extra={extra}", *more, "pyproject.toml", "-o", output]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Lock the development environment, then each role to the same versions."""
    compile_extra("dev", "--upgrade")
    for role in ROLES:
        compile_extra(role, "--constraints=requirements/dev.txt")


if __name__ == "__main__":
    main()
