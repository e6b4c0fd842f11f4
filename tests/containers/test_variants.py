"""The other ways to run the stack in docs/operations.md, each once."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from quickstart.addresses import unused_port
from tests.support.compose_stack import Stack, copy_of_the_project, eventually, fresh_stack

READERS = {"bookstall_service": 10001, "bookstall_migrator": 10003, "bookstall_seeder": 10004}

MY_BOOKS = """\
title,authors,year,categories
A Book of One's Own,Ann Author,1929,my-shelf
Another One,Ann Author;Bea Booker,1931,my-shelf;mystery
"""


def test_psql_reads_and_no_more(stack: Stack) -> None:
    assert int(stack.compose("run --rm -T psql -qAtX -c 'SELECT count(*) FROM book'").split()[-1]) >= 600
    output = stack.compose("run --rm -T psql -c 'DELETE FROM book' || true")
    assert "cannot execute DELETE in a read-only transaction" in output
    assert "PASSWORD=" not in stack.compose("run --rm -T psql -c '\\! env'")


def test_ones_own_catalogue_is_loaded_from_standard_input(images: Stack, tmp_path: Path) -> None:
    (tmp_path / "my-books.csv").write_text(MY_BOOKS)
    with fresh_stack("load") as stack:
        stack.compose("up --detach --wait marketplace")
        for _ in range(2):
            stack.compose(f"run --rm -T seed load - --source my-books < '{tmp_path}/my-books.csv'")
            assert stack.psql("SELECT book_count FROM category WHERE slug = 'my-shelf'") == "2"
        page = stack.get("/categories/my-shelf").body
        assert "A Book of One&#39;s Own" in page
        assert "Another One" in page


@pytest.mark.parametrize("command", ["", "recount", "compact", "categories", "export -"])
def test_the_seeders_role_is_enough_for(stack: Stack, command: str) -> None:
    stack.compose(f"run --rm -T seed {command}")
    assert stack.get("/").status == 200


@pytest.fixture
def tree(images: Stack, tmp_path: Path) -> Path:
    tree = copy_of_the_project(tmp_path)
    # The users in the containers must be able to read it.
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
    return tree


@pytest.fixture
def development(tree: Path) -> Iterator[Stack]:
    (tree / "docker-compose.override.example.yaml").rename(tree / "docker-compose.override.yaml")
    with fresh_stack("development", tree, {"RECOMMENDATIONS_PORT": str(unused_port())}) as stack:
        yield stack


@pytest.fixture
def watched(development: Stack) -> Iterator[Stack]:
    development.compose("up --detach --wait --quiet-pull marketplace")
    log = development.folder / "watch.log"
    with log.open("wb") as out:
        watch = subprocess.Popen(
            ["docker", "compose", "watch", "--no-up"],
            cwd=development.folder,
            env=development.environ,
            stdout=out,
            stderr=out,
        )
    try:
        eventually(lambda: "Watch enabled" in log.read_text(), within_s=30)
        yield development
    finally:
        watch.terminate()
        watch.wait()


def test_compose_watch_shows_a_change_of_the_code(watched: Stack) -> None:
    template = watched.folder / "marketplace" / "pages" / "templates" / "fragments.html"
    template.write_text(template.read_text().replace("</footer>", "A change of mine</footer>"))
    eventually(lambda: "A change of mine" in watched.get("/").body, within_s=60)

    code = watched.folder / "recommendations" / "__main__.py"
    code.write_text(code.read_text().replace('"listening at %s"', '"hearing at %s"'))
    # `logs` fails while the container is being replaced.
    eventually(lambda: "hearing at" in watched.compose("logs recommendations || true"), within_s=60, every_s=0.5)
    watched.wait_for_page(within_s=30)


def test_the_services_speak_mutual_tls(images: Stack, tree: Path) -> None:
    images.run(f"'{tree}/containers/make_certificates.sh' '{tree}/certificates'")
    settings = {"COMPOSE_FILE": "docker-compose.yaml:docker-compose.tls.example.yaml"}
    with fresh_stack("tls", tree, settings) as stack:
        stack.compose("up --detach --wait")
        stack.wait_for_page(within_s=5)
        script = (
            "import grpc\n"
            "from grpc_health.v1 import health_pb2 as pb\n"
            "check = grpc.insecure_channel('127.0.0.1:50051').unary_unary('/grpc.health.v1.Health/Check')\n"
            "try: check(pb.HealthCheckRequest().SerializeToString(), timeout=3); print('answered')\n"
            "except grpc.RpcError as error: print('refused', error.code())\n"
        )
        assert stack.compose("exec -T recommendations python -", given=script).split()[-2:] == [
            "refused",
            "StatusCode.UNAVAILABLE",
        ]


def test_passwords_come_from_files_of_ones_own(images: Stack, tree: Path) -> None:
    secrets = tree / "secrets"
    secrets.mkdir()
    for role in READERS:
        (secrets / role).write_text(f'{role}\'s: a \\ "pässword"\n')
    # The commands of the example file; root runs them in a container, because the tests may run as another user.
    groups = "; ".join(f"chgrp {group} {role}; chmod 0440 {role}" for role, group in READERS.items())
    images.run(f"docker run --rm -v '{secrets}:/secrets' -w /secrets python:3.13-slim sh -ec '{groups}'")
    settings = {"COMPOSE_FILE": "docker-compose.yaml:docker-compose.secrets.example.yaml"}
    with fresh_stack("secrets", tree, settings) as stack:
        stack.compose("up --detach --wait marketplace")
        stack.wait_for_page(within_s=5)
        assert stack.containers("passwords") == []
        mounts = {mount["Destination"] for mount in stack.inspect(stack.container("recommendations"))["Mounts"]}
        assert mounts == {"/run/secrets/bookstall_service"}
        assert stack.compose("run --rm -T psql -qAtX -c 'SELECT current_user'").split()[-1] == "bookstall_service"

        # Write into the same file: running containers would not see a new file in its place.
        new = "docker run --rm -i -v '{secrets}:/secrets' python:3.13-slim sh -c 'cat > /secrets/bookstall_service'"
        stack.run(new.format(secrets=secrets), given="another one\n")
        stack.compose("run --rm -T roles")
        stack.compose("restart postgres")
        stack.wait_for_page(within_s=10)
