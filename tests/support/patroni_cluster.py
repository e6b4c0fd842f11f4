"""Three PostgreSQL servers under Patroni and three etcd members, as processes of Debian's packages on loopback.

Every connection between machines of a real cluster goes through a TCP proxy here, so that a test can partition a node:
the connections of its Patroni to etcd, and those of all clients to its PostgreSQL.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import psycopg

from tests.support.cluster_members import Member, Node
from tests.support.cluster_setup import NODES, etcd_members, patroni_node, version_is_decided
from tests.support.processes import wait_until

TTL_S = 10
"""`ttl` of deploy/cluster/patroni.yaml: a leader that is gone is replaced after this long."""
START_TIMEOUT_S = 120.0


@dataclass(eq=False)
class PatroniCluster:
    """A running cluster."""

    nodes: list[Node]
    etcd: list[Member]
    etcd_ports: list[int]
    password: str

    def leader(self) -> Node | None:
        """Return the node that runs as primary, or None. A leader that is stopping still calls itself one."""
        for node in self.nodes:
            with suppress(URLError, OSError, ValueError):
                status = node.api("/patroni")
                if status["state"] == "running" and status["role"] in {"master", "primary"}:
                    return node
        return None

    def standbys(self) -> list[Node]:
        """Return the nodes that stream from the primary now."""
        streaming = []
        for node in self.nodes:
            with suppress(URLError, OSError, ValueError):
                if node.api("/replica")["state"] == "running":
                    streaming.append(node)
        return streaming

    def synchronous_standby(self) -> Node:
        """Return the standby that every commit waits for: the one that may become leader."""
        members = self.nodes[0].api("/cluster")["members"]
        (name,) = [member["name"] for member in members if member["role"] == "sync_standby"]
        return next(node for node in self.nodes if node.name == name)

    def is_whole(self) -> bool:
        """Return whether there is a leader and every other node follows it."""
        if self.leader() is None or len(self.standbys()) < len(self.nodes) - 1:
            return False
        return any(member["role"] == "sync_standby" for member in self.nodes[0].api("/cluster")["members"])

    def until_whole(self) -> None:
        """Wait until all nodes serve."""
        wait_until(self.is_whole, START_TIMEOUT_S)

    def writer_url(self, database: str = "postgres") -> str:
        """Return libpq's address of whichever node is the primary."""
        return self.url(database=database, target_session_attrs="read-write")

    def has_waiting_seed(self) -> bool:
        """Return whether a seed waits for a lock on the primary."""
        query = """
            SELECT 1 FROM pg_stat_activity WHERE application_name = 'bookstall seed' AND wait_event_type = 'Lock'
        """
        with psycopg.connect(self.writer_url()) as connection:
            return connection.execute(query).fetchone() is not None

    def etcd_leader(self) -> int:
        """Return the index of etcd's own leader."""
        for index, port in enumerate(self.etcd_ports):
            with suppress(URLError, OSError):
                request = Request(f"http://127.0.0.1:{port}/v3/maintenance/status", data=b"{}")
                with urlopen(request, timeout=2) as answer:
                    status = json.load(answer)
                if status["header"]["member_id"] == status["leader"]:
                    return index
        raise AssertionError("etcd has no leader")

    def url(self, user: str = "postgres", database: str = "postgres", **options: str) -> str:
        """Return libpq's address of all nodes."""
        hosts = ",".join(f"127.0.0.1:{node.postgres.port}" for node in self.nodes)
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"postgresql://{user}:{self.password}@{hosts}/{database}" + (f"?{query}" if query else "")


@contextmanager
def patroni_cluster(folder: Path, password: str) -> Iterator[PatroniCluster]:
    """Run a cluster whose data lies in a folder that the user postgres may enter; wait until it is whole."""
    if not os.geteuid():
        shutil.chown(folder, "postgres")
    etcd, ports = etcd_members(folder)
    nodes = [patroni_node(folder, number, ports, password) for number in range(NODES)]
    cluster = PatroniCluster(nodes, etcd, ports, password)
    try:
        for member in etcd:
            member.start()
        # Patroni ends at once if it meets an etcd cluster that has not agreed on its version.
        wait_until(lambda: all(version_is_decided(port) for port in ports))
        for node in nodes:
            node.start()
        cluster.until_whole()
        yield cluster
    except AssertionError as error:
        for member in (*etcd, *nodes):
            error.add_note(f"{member.log.name}: {member.log.read_text()[-1_500:]}")
        raise
    finally:
        for node in nodes:
            node.partition(away=False)
        for member in (*nodes, *etcd):
            member.kill()
        for node in nodes:
            for proxy in (node.postgres, *node.to_etcd):
                proxy.stop()
