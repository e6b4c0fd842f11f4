"""Merges several compose files, as compose does; no container is started."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def merged_services(*files: str, **settings: str) -> dict[str, Any]:
    """Return the services of these files of the project; skip the test where there is no compose."""
    try:
        subprocess.run(["docker", "compose", "version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs docker's compose plugin")
    command = ["docker", "compose", "--profile=tools", *(f"--file={name}" for name in files)]
    result = subprocess.run(
        [*command, "config", "--format=json"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout)["services"])
