"""Only the page is reachable from outside, and each password can be read only where it is needed."""

import re

import pytest

from tests.support.compose_stack import SERVICES, Stack

ALL = (*SERVICES, "passwords", "roles", "migrate", "seed")
READERS = {"recommendations": "bookstall_service", "migrate": "bookstall_migrator", "seed": "bookstall_seeder"}


@pytest.fixture(scope="module")
def passwords(stack: Stack) -> dict[str, str]:
    """Give each role's password, by the container that makes them: no other one can read them all."""
    output = stack.compose("run --rm -T --entrypoint sh passwords -c 'cd /var/lib/passwords && grep -H . *'")
    result = dict(line.split(":") for line in output.splitlines() if line.startswith("bookstall_"))
    assert set(result) == set(READERS.values())
    return result


def test_only_the_marketplace_is_published_and_only_to_this_computer(stack: Stack) -> None:
    published = {}
    for service in ALL:
        ports = stack.inspect(stack.container(service))["NetworkSettings"]["Ports"]
        if bindings := [binding for port in ports.values() for binding in port or ()]:
            published[service] = bindings
    assert published == {"marketplace": [{"HostIp": "127.0.0.1", "HostPort": str(stack.port)}]}


def test_each_role_has_a_long_password_of_its_own(passwords: dict[str, str]) -> None:
    assert len(set(passwords.values())) == len(passwords)
    assert all(re.fullmatch("[0-9a-f]{64}", password) for password in passwords.values())


def test_no_password_is_in_an_environment_a_description_or_a_log(stack: Stack, passwords: dict[str, str]) -> None:
    output = stack.compose("logs --no-log-prefix")
    for service in ALL:
        output += stack.run(f"docker inspect {stack.container(service)}")
    for service in SERVICES:
        # The environments of all readable processes of the container, not only of the one that `exec` starts.
        output += stack.compose(f"exec -T {service} sh -c 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>&1; true'")
    output += stack.run("docker image history --no-trunc bookstall-recommendations:tests")
    assert "DATABASE_PASSWORD_FILE" in output, "the script read an environment with settings"
    assert [role for role, password in passwords.items() if password in output] == []


def test_the_error_of_a_wrong_password_contains_no_password(stack: Stack, passwords: dict[str, str]) -> None:
    script = (
        "import os, psycopg\n"
        "try: psycopg.connect('postgresql://bookstall_migrator@postgres/bookstall', "
        "password=open(os.environ['DATABASE_PASSWORD_FILE']).read())\n"
        "except psycopg.OperationalError as error: print(error)"
    )
    output = stack.compose("exec -T recommendations python -", given=script)
    assert "password authentication failed" in output
    output += stack.compose("logs --no-log-prefix postgres")
    assert [role for role, password in passwords.items() if password in output] == []


@pytest.mark.parametrize("service", READERS)
def test_each_service_reads_its_own_password_and_no_other(stack: Stack, service: str) -> None:
    how = "exec -T recommendations sh" if service == "recommendations" else f"run --rm -T --entrypoint sh {service}"
    output = stack.compose(
        f"{how} -c 'cd /var/lib/passwords; for file in *; do test -r $file && echo readable $file; done; true'"
    )
    readable = [line.split()[1] for line in output.splitlines() if line.startswith("readable ")]
    assert readable == [READERS[service]]


def test_the_marketplace_has_no_password_and_cannot_reach_postgres(stack: Stack) -> None:
    assert stack.inspect(stack.container("marketplace"))["Mounts"] == []
    address = next(
        network["IPAddress"]
        for network in stack.inspect(stack.container("postgres"))["NetworkSettings"]["Networks"].values()
    )
    script = (
        "import socket\n"
        f"for host in ('postgres', '{address}'):\n"
        "    try: socket.create_connection((host, 5432), timeout=2); print('reached', host)\n"
        "    except OSError as error: print('away:', error)\n"
    )
    output = stack.compose("exec -T marketplace python -", given=script)
    assert output.count("away:") == 2, output


def test_postgres_cannot_be_entered_without_a_password_over_the_network(stack: Stack) -> None:
    script = (
        "import psycopg\n"
        "for user in ('postgres', 'bookstall_owner', 'bookstall_service'):\n"
        "    try: psycopg.connect(f'postgresql://{user}@postgres/bookstall'); print('entered as', user)\n"
        "    except psycopg.OperationalError as error: print('refused', user)\n"
    )
    output = stack.compose("exec -T recommendations python -", given=script)
    assert output.count("refused") == 3, output
