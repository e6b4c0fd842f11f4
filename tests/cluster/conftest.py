"""A shop in front of three PostgreSQL servers under Patroni: `make cluster`.

The tests need Debian's packages patroni, etcd-server and postgresql; where those are missing they are skipped.
"""

import ctypes
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.support.cluster_members import missing_programs
from tests.support.patroni_cluster import PatroniCluster, patroni_cluster
from tests.support.processes import wait_until
from tests.support.time_limits import PR_SET_CHILD_SUBREAPER
from tests.support.whole_shop import RunningShop, run_shop, until_ready

BOOKS = 5_000
SCALE = float(os.environ.get("BOOKSTALL_CLUSTER_SCALE", "0.1"))
"""1 in `make cluster`, a tenth in `.ci/run`."""
TIME_LIMIT_S = 300
HERE = Path(__file__).resolve().parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the tests of this folder where they cannot run or were not requested."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        item.add_marker(pytest.mark.time_limit(TIME_LIMIT_S, reason="a fail-over waits for Patroni's TTL"))
    reason = _why_skipped(config) if ours else ""
    for item in ours if reason else ():
        item.add_marker(pytest.mark.skip(reason=reason))


def _why_skipped(config: pytest.Config) -> str:
    if not any("tests/cluster" in Path(argument).as_posix() for argument in config.args):
        return "the cluster tests take minutes: run them with make cluster"
    missing = missing_programs()
    return f"needs {', '.join(missing)}: Debian's packages patroni, etcd-server and postgresql" if missing else ""


def start_seed(cluster: PatroniCluster, *arguments: str) -> "subprocess.Popen[str]":
    """Start a seed command against whichever node is the primary."""
    environ = {**os.environ, "DATABASE_URL": cluster.url(database="bookstall")}
    command = [sys.executable, "-m", "seed", *arguments]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def seed(cluster: PatroniCluster, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a seed command to its end."""
    process = start_seed(cluster, *arguments)
    output, complaint = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output, complaint)


def books_in(cluster: PatroniCluster) -> int:
    """Count the books on the primary."""
    with psycopg.connect(cluster.writer_url("bookstall")) as connection:
        row = connection.execute("SELECT count(*) FROM book").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="session")
def cluster() -> Iterator[PatroniCluster]:
    """Give a cluster with a migrated database and some thousand books."""
    if sys.platform == "linux":
        # Patroni waits until the servers that it stopped have disappeared, so init, not this process, must reap them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0)
    with tempfile.TemporaryDirectory(prefix="bookstall-cluster-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        with patroni_cluster(folder, secrets.token_hex(8)) as running:
            with psycopg.connect(running.writer_url(), autocommit=True) as connection:
                connection.execute("CREATE DATABASE bookstall")
            environ = {**os.environ, "DATABASE_URL": running.url(database="bookstall")}
            subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], env=environ, check=True)
            assert seed(running, "synthetic", str(BOOKS)).returncode == 0
            yield running


@contextmanager
def shop_on(cluster: PatroniCluster, log: Path, attributes: str) -> Iterator[RunningShop]:
    """Run a shop that draws from the servers with these target_session_attrs."""
    address = cluster.url(database="bookstall", target_session_attrs=attributes, load_balance_hosts="random")
    with run_shop(log, address) as shop:
        until_ready(shop)
        # The first connections may have been refused while the service started, so the channel may still back off.
        wait_until(lambda: shop.answers("/"))
        yield shop
