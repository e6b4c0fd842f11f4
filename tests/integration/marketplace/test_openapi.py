"""The API against its own description: schemathesis asks whatever the document allows, and much that it does not."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.integration.marketplace.conftest import Start
from tests.support.page_reader import Backend
from tests.support.processes import wait_until

ROOT = Path(__file__).resolve().parents[3]
DEADLINE_S = 120
OPTIONS = {
    "checks": "all",
    # A page token that is well formed but made up is refused; described.py has this check for all other requests.
    "exclude-checks": "positive_data_acceptance",
    "phases": "examples,coverage,fuzzing,stateful",
    "max-examples": "15",
    "seed": "1",
    "generation-database": "none",
}


def test_the_api_is_as_it_is_described(backend: Backend, start: Start, free_port: int, tmp_path: Path) -> None:
    page = f"http://127.0.0.1:{free_port}"
    settings = {"RECOMMENDATIONS_TARGET": backend.target, "MARKETPLACE_LISTEN": page.removeprefix("http://")}
    start("marketplace", subprocess.DEVNULL, **settings)
    wait_until(lambda: answers(f"{page}/readyz"))

    result = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{page}/api/openapi.json",
            *(f"--{name}={value}" for name, value in OPTIONS.items()),
        ],
        cwd=tmp_path,  # it keeps notes where it runs
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Tested: 4" in result.stdout


def answers(address: str) -> bool:
    try:
        return bool(urllib.request.urlopen(address).status == 200)
    except OSError:
        return False
