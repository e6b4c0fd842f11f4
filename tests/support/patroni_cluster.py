"""Three PostgreSQL servers under Patroni and three etcd members, as processes of Debian's packages on loopback.

Every connection between machines of a real cluster goes through a TCP proxy here, so that a test can partition a node:
what the node's Patroni says to etcd, and what anybody says to its PostgreSQL.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import psycopg

from tests.support.processes import unused_port, wait_until
from tests.support.tcp_proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "deploy" / "cluster" / "patroni.yaml"
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
NODES = 3
TTL_S = 10
"""`ttl` of deploy/cluster/patroni.yaml: a leader that is gone is replaced after this long."""
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 20.0
API_TIMEOUT_S = 30.0
"""A restart through the API answers when the server runs again."""


def missing_programs() -> list[str]:
    """Return which of the needed programs this computer lacks."""
    return [program for program in ("patroni", "etcd", "setpriv") if shutil.which(program) is None]


def newest_bindir() -> Path:
    """Return the folder of Debian's newest PostgreSQL server."""
    return max(DEBIAN_POSTGRES.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3])).parent


def as_postgres() -> list[str]:
    """Return a command prefix: PostgreSQL refuses to run as root, so run it as Debian's user of that name."""
    return [] if os.geteuid() else ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


@dataclass(eq=False)
class Member:
    """A process that can be killed, stopped and started again; its output goes to a file."""

    command: list[str]
    environ: dict[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*as_postgres(), "setpriv", "--pdeathsig=KILL", *self.command],
                cwd=self.log.parent,
                env={**os.environ, **self.environ},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill the process and its children at once, as a power cut does."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Stop the process in order; kill it if it does not stop."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_TIMEOUT_S)
        self.kill()


@dataclass(eq=False)
class Node(Member):
    """One machine of the cluster: Patroni and the PostgreSQL server that it manages."""

    name: str = ""
    api_port: int = 0
    data: Path = Path()
    postgres: Proxy = field(default_factory=lambda: Proxy(None, socket.AF_INET))
    to_etcd: list[Proxy] = field(default_factory=list)

    def kill(self) -> None:
        """Kill Patroni and PostgreSQL, which runs in a session of its own."""
        super().kill()
        with suppress(OSError, ValueError, IndexError):
            postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)

    def partition(self, *, away: bool) -> None:
        """Cut the node off from etcd and from all who use its PostgreSQL, or connect it again."""
        for proxy in (self.postgres, *self.to_etcd):
            proxy.be_deaf(deaf=away)

    def api(self, path: str, body: object = None) -> Any:
        """Call Patroni's REST API; return the decoded answer, whatever its status."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"http://127.0.0.1:{self.api_port}{path}", data=data)
        with urlopen(request, timeout=API_TIMEOUT_S) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.startswith(("{", "[")) else text


@dataclass(eq=False)
class PatroniCluster:
    """A running cluster."""

    nodes: list[Node]
    etcd: list[Member]
    etcd_ports: list[int]
    password: str

    def leader(self) -> Node | None:
        """Return the node that holds the leader's lock and runs as primary, or None."""
        for node in self.nodes:
            with suppress(URLError, OSError, ValueError):
                if node.api("/patroni")["role"] in {"master", "primary"}:
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
    etcd, ports = _etcd(folder)
    nodes = [_node(folder, number, ports, password) for number in range(NODES)]
    cluster = PatroniCluster(nodes, etcd, ports, password)
    try:
        for member in etcd:
            member.start()
        # Patroni ends at once if it meets an etcd cluster that has not agreed on its version.
        wait_until(lambda: all(_version_is_decided(port) for port in ports))
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


def _etcd(folder: Path) -> tuple[list[Member], list[int]]:
    clients = [unused_port() for _ in range(NODES)]
    peers = [f"http://127.0.0.1:{unused_port()}" for _ in range(NODES)]
    everyone = ",".join(f"etcd{number}={peer}" for number, peer in enumerate(peers))
    members = []
    for number, (port, peer) in enumerate(zip(clients, peers, strict=True)):
        client = f"http://127.0.0.1:{port}"
        command = ["etcd", f"--name=etcd{number}", f"--data-dir={folder}/etcd{number}"]
        command += [f"--listen-client-urls={client}", f"--advertise-client-urls={client}"]
        command += [f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}"]
        command += [f"--initial-cluster={everyone}", "--unsafe-no-fsync", "--heartbeat-interval=200"]
        members.append(Member([*command, "--election-timeout=1500"], {}, folder / f"etcd{number}.log"))
    return members, clients


def _node(folder: Path, number: int, etcd_ports: list[int], password: str) -> Node:
    port, api_port = unused_port(), unused_port()
    postgres = _proxy_to(port)
    to_etcd = [_proxy_to(etcd_port) for etcd_port in etcd_ports]
    environ = {
        "PATRONI_NAME": f"node{number}",
        "PATRONI_ETCD3_HOSTS": ",".join(f"127.0.0.1:{proxy.port}" for proxy in to_etcd),
        # Without it, Patroni would ask etcd for its members and go past the proxies.
        "PATRONI_ETCD3_USE_PROXIES": "true",
        "PATRONI_RESTAPI_LISTEN": f"127.0.0.1:{api_port}",
        "PATRONI_RESTAPI_CONNECT_ADDRESS": f"127.0.0.1:{api_port}",
        "PATRONI_POSTGRESQL_LISTEN": f"127.0.0.1:{port}",
        "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"127.0.0.1:{postgres.port}",
        "PATRONI_POSTGRESQL_DATA_DIR": f"{folder}/data{number}",
        "PATRONI_POSTGRESQL_BIN_DIR": str(newest_bindir()),
        "PATRONI_POSTGRESQL_PGPASS": f"{folder}/pgpass{number}",
        "PATRONI_SUPERUSER_USERNAME": "postgres",
        "PATRONI_SUPERUSER_PASSWORD": password,
        "PATRONI_REPLICATION_USERNAME": "replicator",
        "PATRONI_REPLICATION_PASSWORD": password,
    }
    # The user postgres may not be able to enter the project's folder.
    configuration = Path(shutil.copy(CONFIGURATION, folder / f"node{number}.yaml"))
    configuration.chmod(0o644)
    command = ["patroni", str(configuration)]
    node = Node(command, environ, folder / f"node{number}.log")
    node.name, node.api_port, node.data = f"node{number}", api_port, folder / f"data{number}"
    node.postgres, node.to_etcd = postgres, to_etcd
    return node


def _proxy_to(port: int) -> Proxy:
    proxy = Proxy(("127.0.0.1", port), socket.AF_INET)
    proxy.start()
    return proxy


def _version_is_decided(etcd_port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{etcd_port}/version", timeout=2) as answer:
            return "." in str(json.load(answer)["etcdcluster"])
    except OSError:
        return False
