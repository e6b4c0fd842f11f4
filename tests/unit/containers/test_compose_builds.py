"""What compose builds; no container is started."""

from collections import Counter

import pytest

from tests.support.compose_config import merged_services

STACKS = {
    "alone": ("docker-compose.yaml",),
    "nginx": ("docker-compose.yaml", "deploy/nginx/docker-compose.yaml"),
    "cluster": ("docker-compose.yaml", "deploy/cluster/docker-compose.yaml"),
}


@pytest.mark.parametrize("files", STACKS.values(), ids=STACKS)
def test_each_image_of_the_shop_is_built_once(files: tuple[str, ...]) -> None:
    services = merged_services(*files, BOOKSTALL_CLUSTER_PASSWORD="a password").values()
    ours = {service["image"] for service in services if service["image"].startswith("bookstall-")}
    assert len(ours) >= 3
    # Of two simultaneous builds of one image, one ends up without a name.
    assert Counter(service["image"] for service in services if "build" in service) == dict.fromkeys(ours, 1)
    for service in services:
        if service["image"] in ours and "build" not in service:
            assert service["pull_policy"] == "missing", "a registry does not have it"
