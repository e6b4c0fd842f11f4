"""The computer and the software of the measurement."""

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
from benchmarks.environment import Environment
from benchmarks.load_generators import find_program

TABLES = ("machine",)

PACKAGES = ("grpcio", "protobuf", "sqlalchemy", "psycopg", "uvloop", "granian", "flask")
SETTINGS = ("shared_buffers", "fsync", "jit")


def run(environment: Environment) -> dict[str, str]:
    """Return the table by its name."""
    with psycopg.connect(environment.server_url) as connection:
        postgres = connection.info.parameter_status("server_version")
        settings = [f"{name} {connection.execute(f'SHOW {name}').fetchone()[0]}" for name in SETTINGS]  # type: ignore[index]
    rows = [
        ["date", f"{datetime.now(UTC):%Y-%m-%d}, `make bench SCALE={environment.scale.name}`"],
        [
            "each figure",
            f"the median of {environment.scale.rounds} runs, taken in turns with the other side; (smallest–largest)",
        ],
        ["processor", f"{_processor()}, {os.cpu_count()} cores for clients, services and PostgreSQL together"],
        ["memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"],
        ["system", f"{platform.system()} {platform.machine()}"],
        ["PostgreSQL", f"{postgres}, over a unix socket; {', '.join(settings)}"],
        ["catalogues", "synthetic and reproducible; read into PostgreSQL's memory before each measurement"],
        ["Python", f"{platform.python_version()} ({sys.implementation.name}); {_packages()}"],
        [
            "clients",
            f"h2load {_version_of('h2load')}, wrk {_version_of('wrk')}; all over loopback",
        ],
    ]
    return {"machine": table(["", "measured with"], rows)}


def _packages() -> str:
    return ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    match = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.exists() else None
    return match[1] if match else platform.processor() or "unknown"


def _version_of(program: str) -> str:
    """Return the version that a program prints."""
    ended = subprocess.run([find_program(program), "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\d+\.\d+(\.\d+)?", ended.stdout + ended.stderr)
    return match[0] if match else "of unknown version"
