"""What shoppers and writers notice when a machine of the database cluster goes away."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.cluster.conftest import SCALE, books_in, seed, shop_on, start_seed
from tests.support.cluster_members import Node
from tests.support.open_loop_clients import OpenLoopClients
from tests.support.patroni_cluster import START_TIMEOUT_S, TTL_S, PatroniCluster
from tests.support.processes import wait_until

PAGES_PER_S = 100.0 * max(SCALE, 0.2)
"""A hundred in `make cluster`; two cores also run the six processes of the cluster."""
WRITERS_OUTAGE_S = TTL_S + 5.0


@contextmanager
def no_page_fails(cluster: PatroniCluster, log: Path, attributes: str = "prefer-standby") -> Iterator[None]:
    """Read pages at that rate during the block; each must show books."""
    cluster.until_whole()
    with shop_on(cluster, log, attributes) as shop:
        port = int(shop.address.rpartition(":")[2])
        with OpenLoopClients(port, PAGES_PER_S) as clients:
            yield
    assert clients.failed == [], clients.summary()


def leader_of(cluster: PatroniCluster) -> Node:
    leader = cluster.leader()
    assert leader is not None
    return leader


def write(cluster: PatroniCluster) -> None:
    with psycopg.connect(cluster.writer_url("bookstall"), autocommit=True, connect_timeout=2) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO written DEFAULT VALUES")


def can_write(cluster: PatroniCluster) -> bool:
    try:
        write(cluster)
    except psycopg.Error:
        return False
    return True


@pytest.mark.parametrize("attributes", ["prefer-standby", "any"])
def test_no_page_fails_when_the_leader_is_killed(cluster: PatroniCluster, tmp_path: Path, attributes: str) -> None:
    with no_page_fails(cluster, tmp_path / "log", attributes):
        leader = leader_of(cluster)
        leader.kill()
        killed_s = time.monotonic()
        wait_until(lambda: can_write(cluster), START_TIMEOUT_S)
        outage_s = time.monotonic() - killed_s
        leader.start()
        cluster.until_whole()

    assert outage_s <= WRITERS_OUTAGE_S


def test_no_page_fails_when_a_standby_is_killed(cluster: PatroniCluster, tmp_path: Path) -> None:
    with no_page_fails(cluster, tmp_path / "log"):
        standby = cluster.standbys()[0]
        standby.kill()
        wait_until(lambda: can_write(cluster), START_TIMEOUT_S)
        standby.start()
        cluster.until_whole()


def test_no_page_fails_when_etcds_leader_is_killed(cluster: PatroniCluster, tmp_path: Path) -> None:
    with no_page_fails(cluster, tmp_path / "log"):
        member = cluster.etcd[cluster.etcd_leader()]
        member.kill()
        time.sleep(TTL_S)  # observe that nothing happens while the cluster's key must be renewed
        assert can_write(cluster)
        member.start()
        cluster.until_whole()


def test_no_page_fails_during_a_switchover(cluster: PatroniCluster, tmp_path: Path) -> None:
    with no_page_fails(cluster, tmp_path / "log"):
        leader, candidate = leader_of(cluster), cluster.synchronous_standby()
        leader.api("/switchover", {"leader": leader.name, "candidate": candidate.name})
        wait_until(lambda: cluster.leader() is candidate, START_TIMEOUT_S)
        wait_until(lambda: can_write(cluster), START_TIMEOUT_S)
        cluster.until_whole()


def test_no_page_fails_during_a_rolling_restart(cluster: PatroniCluster, tmp_path: Path) -> None:
    with no_page_fails(cluster, tmp_path / "log"):
        for node in [*cluster.standbys(), leader_of(cluster)]:
            node.api("/restart", {})
            cluster.until_whole()


def test_no_page_fails_when_a_standby_is_partitioned(cluster: PatroniCluster, tmp_path: Path) -> None:
    with no_page_fails(cluster, tmp_path / "log"):
        standby = cluster.standbys()[0]
        standby.partition(away=True)
        time.sleep(TTL_S)  # observe that nothing happens
        standby.partition(away=False)
        cluster.until_whole()


def test_no_page_fails_and_nothing_is_lost_when_the_leader_is_partitioned(
    cluster: PatroniCluster, tmp_path: Path
) -> None:
    with no_page_fails(cluster, tmp_path / "log"):
        write(cluster)
        leader = leader_of(cluster)
        leader.partition(away=True)
        wait_until(lambda: cluster.leader() not in {None, leader}, START_TIMEOUT_S)
        wait_until(lambda: can_write(cluster), START_TIMEOUT_S)
        leader.partition(away=False)
        cluster.until_whole()


def test_a_load_that_a_failover_interrupts_completes_when_it_runs_again(
    cluster: PatroniCluster, tmp_path: Path
) -> None:
    rows = int(100_000 * SCALE)
    file = tmp_path / "books.csv"
    file.write_text("key,title\n" + "".join(f"{row},An added book {row}\n" for row in range(rows)))
    before = books_in(cluster)

    with no_page_fails(cluster, tmp_path / "log"):
        leader = leader_of(cluster)
        with contextlib.closing(psycopg.connect(cluster.writer_url("bookstall"))) as blocker:
            # Writers of books wait for this lock, readers do not.
            blocker.execute("LOCK TABLE book IN SHARE ROW EXCLUSIVE MODE")
            loading = start_seed(cluster, "load", str(file), "--source", "added")
            wait_until(cluster.has_waiting_seed, START_TIMEOUT_S)
            leader.kill()
        _, complaint = loading.communicate(timeout=START_TIMEOUT_S)
        assert loading.returncode == 1, complaint
        assert "Traceback" not in complaint
        leader.start()
        cluster.until_whole()
        assert books_in(cluster) == before
        again = seed(cluster, "load", str(file), "--source", "added")

    assert again.returncode == 0, again.stderr
    assert books_in(cluster) == before + rows
