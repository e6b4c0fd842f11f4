"""Runs one command of the seed, and prints its peak memory in bytes on standard output.

    python -m tests.support.peak_memory load my-books.csv --quiet

On Linux, the kernel's figure for a finished child includes the memory of its parent at the start, so only the process
itself can measure its own.
"""

import resource
import sys
from pathlib import Path

from seed.__main__ import main

_STATUS = Path("/proc/self/status")


def peak_bytes() -> int:
    """Return the peak memory of this process."""
    if _STATUS.exists():
        (peak,) = (line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024
    # Kilobytes, except on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    print(peak_bytes())
    sys.exit(status)
