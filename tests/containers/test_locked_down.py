"""The privileges of each container."""

import pytest

from tests.support.compose_stack import SERVICES, Stack

ALL = (*SERVICES, "passwords", "roles", "migrate", "seed")


@pytest.mark.parametrize("service", ALL)
def test_a_container_has_no_more_than_it_needs(stack: Stack, service: str) -> None:
    container = stack.inspect(stack.container(service))
    host = container["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert not host["Privileged"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert 0 < host["Memory"] <= 1 << 30
    assert 0 < host["PidsLimit"] <= 256
    assert host["Init"]
    assert container["Config"]["User"] not in {"", "0", "root"}


@pytest.mark.parametrize("service", ALL)
def test_the_log_of_a_container_cannot_fill_the_disk(stack: Stack, service: str) -> None:
    logs = stack.inspect(stack.container(service))["HostConfig"]["LogConfig"]
    assert logs == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}


@pytest.mark.parametrize("service", SERVICES)
def test_no_process_of_a_service_is_root_or_may_become_it(stack: Stack, service: str) -> None:
    output = stack.compose(f"exec -T {service} sh -c 'cat /proc/[0-9]*/status'")
    states = [line.split() for line in output.splitlines()]
    assert "0" not in {user for words in states if words and words[0] == "Uid:" for user in words[1:]}
    assert {words[1] for words in states if words and words[0] == "CapEff:"} == {"0" * 16}
    assert {words[1] for words in states if words and words[0] == "NoNewPrivs:"} == {"1"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_cannot_write_its_own_files(stack: Stack, service: str) -> None:
    output = stack.compose(f"exec -T {service} sh -c 'echo x > ./written || echo x > /etc/written || echo refused'")
    assert "refused" in output


def test_each_service_is_in_no_more_networks_than_it_needs(stack: Stack) -> None:
    def networks(service: str) -> set[str]:
        joined = stack.inspect(stack.container(service))["NetworkSettings"]["Networks"]
        return {name.removeprefix(f"{stack.project}_") for name in joined}

    assert networks("postgres") == {"database"}
    assert networks("recommendations") == {"database", "shop"}
    assert networks("marketplace") == {"front", "shop"}
    assert stack.inspect(f"{stack.project}_database")["Internal"]
    assert stack.inspect(f"{stack.project}_shop")["Internal"]
