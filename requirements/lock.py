"""Lock every extra of pyproject.toml with hashes into requirements/: `make lock`.

Versions that are locked already stay, unless `--upgrade` is given. All files lock a
package to the same version. No download address is recorded.
"""

import subprocess
import sys
from pathlib import Path

# In this order: each file keeps to the versions of the files before it.
DEVELOPMENT = ("dev", "test", "bench", "kubernetes")
ROLES = ("recommendations", "marketplace", "catalogue", "stubs", "integration-test")
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    "--quiet",
    "--python-version=3.11",
    # Before 23.3, pip treats a requirement with an extra as a second project and looks for its newest release.
    "--no-strip-extras",
)


def lock_extra(extra: str, constraints: tuple[str, ...], *options: str) -> None:
    """Write requirements/<extra>.txt with the versions that the named files lock already."""
    uv = Path(sys.executable).with_name("uv")
    keep = [f"--constraints=requirements/{name}.txt" for name in constraints]
    output = f"requirements/{extra}.txt"
    command = [str(uv), "pip", "compile", *OPTIONS, *options, f"--extra={extra}", *keep, "pyproject.toml", "-o", output]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Lock the development environment, then each role to the same versions."""
    for index, extra in enumerate(DEVELOPMENT):
        lock_extra(extra, DEVELOPMENT[:index], *sys.argv[1:])
    for role in ROLES:
        lock_extra(role, DEVELOPMENT)


if __name__ == "__main__":
    main()
