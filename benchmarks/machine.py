"""What it was measured on and with."""

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg

from benchmarks.comparison import table
from benchmarks.environment import Stage
from benchmarks.load_generators import find_program

TABLES = ("machine",)

PACKAGES = ("grpcio", "protobuf", "sqlalchemy", "psycopg", "uvloop", "granian", "flask")
SETTINGS = ("shared_buffers", "fsync", "jit")


def run(stage: Stage) -> dict[str, str]:
    """Return the facts as a table by its name."""
    with psycopg.connect(stage.server_url) as connection:
        postgres = connection.info.parameter_status("server_version")
        settings = [f"{name} {connection.execute(f'SHOW {name}').fetchone()[0]}" for name in SETTINGS]  # type: ignore[index]
    rows = [
        ["date", f"{datetime.now(UTC):%Y-%m-%d}, `make bench SCALE={stage.scale.name}`"],
        [
            "each figure",
            f"the median of {stage.scale.rounds} runs, taken in turns with the other side; (smallest–largest)",
        ],
        ["processor", f"{_processor()}, {os.cpu_count()} cores for clients, services and PostgreSQL together"],
        ["memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"],
        ["system", f"{platform.system()} {platform.machine()}"],
        ["PostgreSQL", f"{postgres}, over a unix socket; {', '.join(settings)}"],
        ["catalogues", "made up, the same each time; read into PostgreSQL's memory before they are measured"],
        ["Python", f"{platform.python_version()} ({sys.implementation.name}); {_packages()}"],
        ["clients", f"h2load {_said('h2load', '--version')}, wrk {_said('wrk', '--version')}; all over loopback"],
    ]
    return {"machine": table(["", "measured with"], rows)}


def _packages() -> str:
    return ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.exists() else None
    return found[1] if found else platform.processor() or "unknown"


def _said(program: str, option: str) -> str:
    """Return the version in what a program says of itself."""
    ended = subprocess.run([find_program(program), option], capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+(\.\d+)?", ended.stdout + ended.stderr)
    return found[0] if found else "of unknown version"
