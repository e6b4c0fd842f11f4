"""Every resource fits Kubernetes' own schemas; those of operators fit the schemas beside this file."""

import json
from pathlib import Path

import pytest

from tests.kubernetes.conftest import OVERLAYS, Resource, rendered

kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="make kubernetes installs kubernetes-validate")
import jsonschema  # noqa: E402  # kubernetes-validate installs it

VERSIONS = ("1.31", "1.34", "1.37")
SCHEMAS = {file.stem: json.loads(file.read_text("utf-8")) for file in Path(__file__).parent.glob("schemas/*.json")}
OPERATORS = ("barmancloud.cnpg.io", "cert-manager.io", "monitoring.coreos.com", "postgresql.cnpg.io")


def is_of_an_operator(resource: Resource) -> bool:
    return str(resource["apiVersion"]).partition("/")[0] in OPERATORS


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_accepts_every_resource(overlay: str, version: str) -> None:
    ours = [resource for resource in rendered(overlay) if not is_of_an_operator(resource)]
    assert len(ours) > 10
    for resource in ours:
        assert kubernetes_validate.validate(resource, version, strict=True) == version


def test_kubernetes_refuses_a_field_that_it_does_not_know() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"port": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(service, VERSIONS[-1], strict=True)


def test_the_operators_accept_every_resource(overlay: str) -> None:
    theirs = [resource for resource in rendered(overlay) if is_of_an_operator(resource)]
    assert theirs
    for resource in theirs:
        schema = SCHEMAS[resource["kind"]]
        assert resource["apiVersion"] == schema["properties"]["apiVersion"]["const"]
        jsonschema.validate(resource, schema)


def test_each_schema_of_an_operator_is_used_and_names_its_source() -> None:
    used = {resource["kind"] for overlay in OVERLAYS for resource in rendered(overlay) if is_of_an_operator(resource)}
    assert used == set(SCHEMAS)
    assert all("github.com" in schema["$comment"] for schema in SCHEMAS.values())
