"""deploy/nginx/docker-compose.yaml: nginx publishes the port; marketplace replicas are added, removed and restarted."""

import re
from collections.abc import Iterator

import pytest

from tests.support.compose_stack import Stack, eventually, fresh_stack
from tests.support.open_loop_clients import OpenLoopClients

SETTINGS = {"COMPOSE_FILE": "docker-compose.yaml:deploy/nginx/docker-compose.yaml"}
RATE = 40.0


@pytest.fixture(scope="module")
def shop(images: Stack) -> Iterator[Stack]:
    with fresh_stack("nginx", settings=SETTINGS) as stack:
        stack.compose("build --quiet nginx")
        stack.compose("up --detach --wait")
        yield stack


def all_answer(stack: Stack) -> bool:
    """Return whether each marketplace replica answers some of twenty requests."""
    return stack.all_log("marketplace", "/categories/mystery", "/categories/mystery", request_count=20)


def all_are_well(stack: Stack) -> bool:
    return set(stack.health("marketplace")) == {"healthy"}


def test_two_replicas_share_the_requests_and_only_nginx_is_published(shop: Stack) -> None:
    assert len(shop.containers("marketplace")) == 2
    eventually(lambda: all_answer(shop), within_s=5)
    for page in shop.containers("marketplace"):
        assert not any(shop.inspect(page)["NetworkSettings"]["Ports"].values())
    published = shop.inspect(shop.container("nginx"))["NetworkSettings"]["Ports"]
    assert published["5000/tcp"] == [{"HostIp": "127.0.0.1", "HostPort": str(shop.port)}]


def test_a_third_replica_is_added_and_removed_and_no_request_fails(shop: Stack) -> None:
    with OpenLoopClients(shop.port, RATE) as clients:
        shop.compose("up --detach --wait --no-recreate --scale marketplace=3")
        assert len(shop.containers("marketplace")) == 3
        eventually(lambda: all_answer(shop), within_s=10)
        shop.compose("up --detach --wait --no-recreate --scale marketplace=2")
    assert len(shop.containers("marketplace")) == 2
    assert clients.failed == []


def test_a_rolling_restart_of_the_replicas_fails_no_request(shop: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    with OpenLoopClients(shop.port, RATE) as clients:
        for page in shop.containers("marketplace"):
            shop.run(f"docker restart {page}")
            eventually(lambda: all_are_well(shop), within_s=30, every_s=1)
    with capsys.disabled():
        print("", clients.summary(), sep="\n")  # the measured result
    assert clients.failed == []
    eventually(lambda: all_answer(shop), within_s=5)


def test_nginx_may_do_no_more_than_it_needs(shop: Stack) -> None:
    container = shop.inspect(shop.container("nginx"))
    host = container["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["CapAdd"]) == (True, ["ALL"], None)
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert container["Config"]["User"] == "10005:10005"
    assert shop.inspect(f"{shop.project}_pages")["Internal"]
    assert not re.search(r"\[(alert|crit|emerg)\]", shop.compose("logs nginx"))
