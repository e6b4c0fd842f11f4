"""Privileges and resources of every container; each of its settings must be one that the programs read."""

import re
from pathlib import Path
from typing import Any

import pytest

from containers.make_passwords import READERS
from marketplace import config as marketplace_config
from recommendations import config as recommendations_config
from recommendations.storage.hosts import hosts_in
from tests.conftest import ROOT
from tests.kubernetes.conftest import Resource, container, of_kind, plain_settings, pods, rendered

OF_LIBPQ = {"PGDATABASE", "PGHOST", "PGPASSFILE", "PGSSLMODE", "PGSSLROOTCERT", "PGUSER"}
CONNECTIONS_OF_A_REPLICA = 5
"""Database connections of a replica: four for draws, and one to the primary."""


def image_users() -> dict[str, int]:
    """Return the user of each image."""
    images = re.findall(
        r"^FROM runtime AS (\w+)$.*?^USER (\d+):", (ROOT / "Dockerfile").read_text(), re.DOTALL | re.MULTILINE
    )
    return {f"bookstall-{image}": int(user) for image, user in images}


def volumes(pod: Resource) -> dict[str, Any]:
    return {volume["name"]: volume for volume in pod["spec"]["volumes"]}


def test_every_container_has_requests_and_limits(resources: list[Resource]) -> None:
    assert len(pods(resources)) == 5
    for pod in pods(resources).values():
        assert {name: set(amounts) for name, amounts in container(pod)["resources"].items()} == {
            "requests": {"cpu", "memory"},
            "limits": {"cpu", "memory"},
        }
    (database,) = of_kind(resources, "Cluster").values()
    assert set(database["spec"]["resources"]["limits"]) == {"cpu", "memory"}


def test_no_container_runs_as_root_or_can_become_it(resources: list[Resource]) -> None:
    for pod in pods(resources).values():
        whole, own = pod["spec"]["securityContext"], container(pod)["securityContext"]
        assert whole["runAsNonRoot"] is True
        assert whole["runAsUser"] == whole["runAsGroup"] == whole["fsGroup"] >= 10_000
        assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
        assert own["allowPrivilegeEscalation"] is False
        assert own["readOnlyRootFilesystem"] is True
        assert own["capabilities"] == {"drop": ["ALL"]}
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert pod["spec"]["enableServiceLinks"] is False


def test_each_service_runs_as_the_user_of_its_image(resources: list[Resource]) -> None:
    users = image_users()
    for name in ("recommendations", "marketplace", "migrate"):
        image = container(pods(resources)[name])["image"].rpartition("/")[2].partition(":")[0]
        assert pods(resources)[name]["spec"]["securityContext"]["runAsUser"] == users[image]


def test_each_client_of_the_database_sees_only_its_own_password(resources: list[Resource]) -> None:
    seen = {}
    for pod in pods(resources).values():
        secret = volumes(pod).get("passwords", {}).get("secret")
        if secret and container(pod)["image"].partition(":")[0] != "postgres":
            (item,) = secret["items"]
            seen[item["key"]] = pod["spec"]["securityContext"]["runAsUser"]
            assert plain_settings(pod)["DATABASE_PASSWORD_FILE"].endswith(f"/{item['path']}")
    assert seen == READERS


def test_each_setting_exists(resources: list[Resource]) -> None:
    known = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)) | OF_LIBPQ
    for pod in pods(resources).values():
        assert set(plain_settings(pod)) <= known


@pytest.fixture
def password(tmp_path: Path) -> str:
    (tmp_path / "password").write_text("secret")
    return str(tmp_path / "password")


def test_the_services_accept_their_settings(
    resources: list[Resource], password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in plain_settings(pods(resources)["marketplace"]).items():
        monkeypatch.setenv(setting, value)
    assert marketplace_config.from_environment().recommendations_target == "dns:///recommendations:50051"
    pod = pods(resources)["recommendations"]
    for setting, value in (plain_settings(pod) | {"DATABASE_PASSWORD_FILE": password}).items():
        monkeypatch.setenv(setting, value)
    settings = recommendations_config.from_environment()
    assert [str(host) for host in hosts_in(settings.database_url)] == [
        "bookstall-database-ro:5432",
        "bookstall-database-rw:5432",
    ]
    # Kubernetes must not kill it before its calls have finished.
    assert settings.drain_s + settings.stop_grace_s < pod["spec"]["terminationGracePeriodSeconds"]


def test_each_service_is_spread_scaled_and_kept_from_disruptions(resources: list[Resource]) -> None:
    for name, deployment in of_kind(resources, "Deployment").items():
        selector = deployment["spec"]["selector"]
        assert "replicas" not in deployment["spec"], "the autoscaler's"
        assert of_kind(resources, "HorizontalPodAutoscaler")[name]["spec"]["scaleTargetRef"]["name"] == name
        assert of_kind(resources, "PodDisruptionBudget")[name]["spec"]["selector"] == selector
        assert of_kind(resources, "Service")[name]["spec"]["selector"] == selector["matchLabels"]
        spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert {constraint["topologyKey"] for constraint in spread} == {
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        }


def test_the_role_allows_the_connections_of_all_replicas(resources: list[Resource]) -> None:
    limit = re.search(
        r"ROLE bookstall_service LOGIN.*\n +CONNECTION LIMIT (\d+)", (ROOT / "containers/roles.sql").read_text()
    )
    assert limit
    surge = of_kind(resources, "Deployment")["recommendations"]["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    replicas = of_kind(resources, "HorizontalPodAutoscaler")["recommendations"]["spec"]["maxReplicas"] + surge
    assert replicas * CONNECTIONS_OF_A_REPLICA <= int(limit[1])


def test_production_names_a_version_of_each_image() -> None:
    for pod in pods(rendered("production")).values():
        tag = container(pod)["image"].rpartition(":")[2]
        assert tag[0].isdigit()


def test_the_document_shows_how_to_make_what_the_overlays_only_refer_to(resources: list[Resource]) -> None:
    made = set(of_kind(resources, "Secret", "ConfigMap"))
    made |= {certificate["spec"]["secretName"] for certificate in of_kind(resources, "Certificate").values()}
    # The operator makes these secrets of its cluster.
    made |= {"bookstall-database-ca", "bookstall-database-superuser"}
    sources = [source for pod in pods(resources).values() for source in volumes(pod).values()]
    named = {source["secret"]["secretName"] for source in sources if "secret" in source}
    named |= {source["configMap"]["name"] for source in sources if "configMap" in source}
    named |= {
        key["name"]
        for store in of_kind(resources, "ObjectStore").values()
        for key in store["spec"]["configuration"]["s3Credentials"].values()
    }
    document = (ROOT / "docs/kubernetes.md").read_text()
    assert {name for name in named - made if f" {name} " not in document} == set()
