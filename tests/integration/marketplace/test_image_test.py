"""The test in the marketplace's image, run against a whole shop."""

import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.conftest import ROOT
from tests.support.page_reader import Backend
from tests.support.processes import started, unused_port, wait_until


def test_the_test_in_the_image_passes(backend: Backend, tmp_path: Path) -> None:
    port = unused_port()
    test = shutil.copy(ROOT / "marketplace" / "marketplace_integration_test.py", tmp_path)
    with started("marketplace", MARKETPLACE_LISTEN=f"127.0.0.1:{port}", RECOMMENDATIONS_TARGET=backend.target):
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{address}/readyz"))
        pytest_alone = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", test]
        run = subprocess.run(
            pytest_alone,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "MARKETPLACE_URL": address},
            capture_output=True,
            text=True,
        )

    assert run.returncode == 0, run.stdout


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False
