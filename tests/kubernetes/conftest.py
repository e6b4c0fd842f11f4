"""The resources that Kustomize renders from deploy/kubernetes; skipped where no kubectl can render them."""

import shutil
import subprocess
from functools import cache
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("development", "production")
Resource = dict[str, Any]


@cache
def rendered(overlay: str) -> list[Resource]:
    """Return the resources of an overlay; skip the test where kubectl is missing or knows no components."""
    if not shutil.which("kubectl"):
        pytest.skip("needs kubectl, which is in Debian 13's package kubernetes-client")
    command = ["kubectl", "kustomize", str(FOLDER / "overlays" / overlay)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return [resource for resource in yaml.safe_load_all(result.stdout) if resource]


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def resources(overlay: str) -> list[Resource]:
    return rendered(overlay)


def of_kind(resources: list[Resource], *kinds: str) -> dict[str, Resource]:
    """Return the resources of these kinds by name."""
    return {resource["metadata"]["name"]: resource for resource in resources if resource["kind"] in kinds}


def pods(resources: list[Resource]) -> dict[str, Resource]:
    """Return the pod templates of the Deployments and Jobs by name."""
    owners = of_kind(resources, "Deployment", "Job")
    return {name: owner["spec"]["template"] for name, owner in owners.items()}


def container(pod: Resource) -> Resource:
    """Return the only container of a pod template."""
    (only,) = pod["spec"]["containers"]
    return dict(only)


def plain_settings(pod: Resource) -> dict[str, str]:
    """Return the environment of a pod's container."""
    return {variable["name"]: variable["value"] for variable in container(pod).get("env", [])}
