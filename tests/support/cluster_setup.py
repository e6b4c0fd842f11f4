"""How each process of a database cluster is started: Debian's etcd and Patroni, on loopback."""

import json
import shutil
import socket
from pathlib import Path
from urllib.request import urlopen

from tests.support.cluster_members import Member, Node, newest_bindir
from tests.support.processes import restartable_port
from tests.support.tcp_proxy import Proxy

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "cluster" / "patroni.yaml"
NODES = 3


def etcd_members(folder: Path) -> tuple[list[Member], list[int]]:
    """Return the members of an etcd cluster, not yet started, and the ports that they serve clients at."""
    clients = [restartable_port() for _ in range(NODES)]
    peers = [f"http://127.0.0.1:{restartable_port()}" for _ in range(NODES)]
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


def patroni_node(folder: Path, number: int, etcd_ports: list[int], password: str) -> Node:
    """Return a node that is not yet started; the proxies in front of it and of etcd run."""
    port, api_port = restartable_port(), restartable_port()
    postgres = _proxy_to(port)
    to_etcd = [_proxy_to(etcd_port) for etcd_port in etcd_ports]
    environ = {
        "PATRONI_NAME": f"node{number}",
        "PATRONI_ETCD3_HOSTS": ",".join(f"127.0.0.1:{proxy.port}" for proxy in to_etcd),
        # Otherwise Patroni would get the members' addresses from etcd and bypass the proxies.
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


def version_is_decided(etcd_port: int) -> bool:
    """Return whether this member knows the version that the etcd cluster has agreed on."""
    try:
        with urlopen(f"http://127.0.0.1:{etcd_port}/version", timeout=2) as answer:
            return "." in str(json.load(answer)["etcdcluster"])
    except OSError:
        return False
