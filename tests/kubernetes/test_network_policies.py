"""Who can reach whom: the network policies, read as Kubernetes reads them."""

from typing import Any

import pytest

from tests.kubernetes.conftest import Resource, of_kind, pods

DATABASE = {"cnpg.io/cluster": "bookstall-database"}
NAMESPACE = {"kubernetes.io/metadata.name": "bookstall"}
MONITORING = {"kubernetes.io/metadata.name": "monitoring"}


def selects(selector: Resource | None, labels: dict[str, str]) -> bool:
    """Return whether a label selector matches; a missing one does not."""
    return selector is not None and selector.get("matchLabels", {}).items() <= labels.items()


def names_peer(peer: Resource, labels: dict[str, str], namespace: dict[str, str]) -> bool:
    in_namespace = selects(peer["namespaceSelector"], namespace) if "namespaceSelector" in peer else (
        namespace == NAMESPACE
    )  # fmt: skip
    return in_namespace and ("podSelector" not in peer or selects(peer["podSelector"], labels))


def allows(
    resources: list[Resource],
    direction: str,
    ours: dict[str, str],
    peer: tuple[dict[str, str], dict[str, str]],
    port: int,
) -> bool:
    """Return whether the policies of one end let this traffic pass."""
    kind, side = ("Ingress", "from") if direction == "ingress" else ("Egress", "to")
    policies: list[Any] = [policy["spec"] for policy in of_kind(resources, "NetworkPolicy").values()]
    applying = [spec for spec in policies if selects(spec["podSelector"], ours) and kind in spec["policyTypes"]]
    rules = [rule for spec in applying for rule in spec.get(direction, [])]
    return not applying or any(
        (side not in rule or any(names_peer(named, *peer) for named in rule[side]))
        and ("ports" not in rule or any(named["port"] == port for named in rule["ports"]))
        for rule in rules
    )


def reaches(
    resources: list[Resource],
    source: dict[str, str],
    target: dict[str, str],
    port: int,
    namespace: dict[str, str] = NAMESPACE,
) -> bool:
    leaves = namespace != NAMESPACE or allows(resources, "egress", source, (target, NAMESPACE), port)
    return leaves and allows(resources, "ingress", target, (source, namespace), port)


def labels_of(resources: list[Resource], name: str) -> dict[str, str]:
    return dict(pods(resources)[name]["metadata"]["labels"])


@pytest.mark.parametrize("port", [5432, 8000, 9187])
def test_the_marketplace_cannot_reach_the_database(resources: list[Resource], port: int) -> None:
    assert not reaches(resources, labels_of(resources, "marketplace"), DATABASE, port)


@pytest.mark.parametrize("client", ["recommendations", "roles", "migrate", "seed"])
def test_those_who_need_the_database_reach_it(resources: list[Resource], client: str) -> None:
    assert reaches(resources, labels_of(resources, client), DATABASE, 5432)
    assert not reaches(resources, labels_of(resources, client), DATABASE, 8000)


def test_only_the_marketplace_reaches_the_service(resources: list[Resource]) -> None:
    service = labels_of(resources, "recommendations")
    assert reaches(resources, labels_of(resources, "marketplace"), service, 50051)
    for other in ("roles", "migrate", "seed"):
        assert not reaches(resources, labels_of(resources, other), service, 50051)
    assert not reaches(resources, {"app": "another"}, service, 50051, {"kubernetes.io/metadata.name": "another"})


def test_the_marketplace_reaches_nothing_outside(resources: list[Resource]) -> None:
    elsewhere = ({"app": "another"}, {"kubernetes.io/metadata.name": "another"})
    assert not allows(resources, "egress", labels_of(resources, "marketplace"), elsewhere, 443)


def test_prometheus_reaches_the_metrics_and_nothing_else_of_the_service(resources: list[Resource]) -> None:
    for name, port in (("recommendations", 9464), ("marketplace", 9465)):
        assert reaches(resources, {"app": "prometheus"}, labels_of(resources, name), port, MONITORING)
    assert not reaches(resources, {"app": "prometheus"}, labels_of(resources, "recommendations"), 50051, MONITORING)
    assert not reaches(resources, {"app": "prometheus"}, DATABASE, 5432, MONITORING)


def test_shoppers_reach_the_marketplace_from_anywhere(resources: list[Resource]) -> None:
    namespace = {"kubernetes.io/metadata.name": "ingress"}
    assert reaches(resources, {"app": "proxy"}, labels_of(resources, "marketplace"), 5000, namespace)


def test_the_servers_of_the_database_reach_each_other(resources: list[Resource]) -> None:
    assert reaches(resources, DATABASE, DATABASE, 5432)
    assert reaches(resources, DATABASE, DATABASE, 8000)
