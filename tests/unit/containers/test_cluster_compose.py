"""The stack with three database servers, as compose reads it; no container is started."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.cluster_setup import patroni_node
from tests.support.compose_config import merged_services

FILES = ("docker-compose.yaml", "deploy/cluster/docker-compose.yaml")
NODES = {"db1", "db2", "db3"}
PASSWORD = "a password"


@cache
def services() -> dict[str, Any]:
    return merged_services(*FILES, BOOKSTALL_CLUSTER_PASSWORD=PASSWORD)


def test_the_three_servers_replace_the_one() -> None:
    assert "postgres" not in services()
    assert services().keys() >= NODES
    for service in services().values():
        assert service.get("depends_on", {}).keys() <= services().keys()


def test_each_client_names_all_servers() -> None:
    for name in ("migrate", "seed", "recommendations"):
        hosts = re.findall(r"@([\w,]+)/", services()[name]["environment"]["DATABASE_URL"])
        assert [set(host.split(",")) for host in hosts] == [NODES]
    for name in ("roles", "psql"):
        assert set(services()[name]["environment"]["PGHOST"].split(",")) == NODES


def test_each_node_is_locked_down_and_limited() -> None:
    for name in NODES | {"etcd1", "etcd2", "etcd3"}:
        node = services()[name]
        assert (node["user"], node["read_only"], node["cap_drop"]) == ("postgres", True, ["ALL"])
        assert node["mem_limit"]
        assert set(node["networks"]) == {"database"}
        assert "ports" not in node


def test_each_node_gets_the_settings_that_the_cluster_tests_give(tmp_path: Path) -> None:
    node = patroni_node(tmp_path, 0, [], PASSWORD)
    node.postgres.stop()
    # Only the tests have proxies before etcd.
    needed = node.environ.keys() - {"PATRONI_ETCD3_USE_PROXIES"}
    for name in NODES:
        environment = services()[name]["environment"]
        assert environment.keys() == needed
        assert environment["PATRONI_NAME"] == name
