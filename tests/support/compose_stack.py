"""A stack of containers for tests: the project's own compose file under a name and a port of its own."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from quickstart.addresses import unused_port
from tests.support.processes import READY_CHECKS

ROOT = Path(__file__).resolve().parent.parent.parent
TAG = "tests"
"""Tests use their own image tag, so that they replace no other images."""
REVISION = "of-the-tests"
"""The commit in the images' label."""

SERVICES = ("postgres", "recommendations", "marketplace")
"""The services that keep running."""


@dataclass(frozen=True)
class Answer:
    """The marketplace's answer; status 0 without one."""

    status: int
    body: str
    seconds: float
    """How long it took."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stack:
    """The containers of one compose project."""

    project: str
    port: int
    folder: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """The environment that makes the README's commands use this stack."""
        own = {
            "COMPOSE_PROJECT_NAME": self.project,
            "MARKETPLACE_PORT": str(self.port),
            "BOOKSTALL_TAG": TAG,
            "BOOKSTALL_REVISION": REVISION,
        }
        if self.folder == ROOT:  # where a developer may have an override file and settings
            own |= {"COMPOSE_FILE": "docker-compose.yaml", "COMPOSE_DISABLE_ENV_FILE": "true"}
        return {**os.environ, **own, **self.settings}

    def run(self, command: str, *, given: str | None = None) -> str:
        """Run a shell command and return its output; fail the test if the command fails."""
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=self.environ,
            check=False,
            input=given if given is not None else "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            pytest.fail(f"{command}: exit status {done.returncode}\n{done.stdout}")
        return done.stdout

    def compose(self, arguments: str, *, given: str | None = None) -> str:
        return self.run(f"docker compose {arguments}", given=given)

    def containers(self, service: str) -> list[str]:
        """Return the ids of the service's containers, the stopped ones too."""
        labels = f"-f label=com.docker.compose.project={self.project} -f label=com.docker.compose.service={service}"
        return self.run(f"docker ps -aq --no-trunc {labels}").split()

    def container(self, service: str) -> str:
        (result,) = self.containers(service)
        return result

    def inspect(self, container: str) -> Any:
        return json.loads(self.run(f"docker inspect {container}"))[0]

    def health(self, service: str) -> Sequence[str]:
        return [self.inspect(one)["State"].get("Health", {}).get("Status", "") for one in self.containers(service)]

    def all_log(self, service: str, text: str, path: str, request_count: int) -> bool:
        """Request a page some times, and return whether each container of the service logs the text meanwhile."""
        began = time.time()
        for _ in range(request_count):
            self.get(path)
        return all(text in self.run(f"docker logs --since {began} {one} 2>&1") for one in self.containers(service))

    def psql(self, sql: str) -> str:
        """Return the superuser's query result, unaligned and without headings."""
        return self.compose("exec -T postgres psql -qAtX -v ON_ERROR_STOP=1 -U postgres bookstall", given=sql).strip()

    def get(self, path: str, timeout_s: float = 10.0) -> Answer:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            body = reply.read().decode()
            return Answer(
                reply.status,
                body,
                time.monotonic() - began,
                {name.lower(): value for name, value in reply.getheaders()},
            )
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, repr(error), time.monotonic() - began)
        finally:
            connection.close()

    def grpc_health(self) -> str:
        """Return the gRPC health of the recommendations service."""
        return self.compose("exec -T recommendations python healthy.py || true").strip()

    def wait_for_page(self, within_s: float) -> float:
        """Wait until the page and /readyz answer 200 in all worker processes; return the seconds that it took."""

        def is_ready() -> bool:
            # Each new connection reaches any of the processes.
            return all(self.get("/readyz").status == self.get("/").status == 200 for _ in range(READY_CHECKS))

        return eventually(is_ready, within_s)

    def books(self) -> str:
        """Identify the catalogue: the number of books, and a digest of their ids and titles."""
        return self.psql("SELECT count(*), md5(string_agg(id || title, ' ' ORDER BY id)) FROM book")


def eventually(is_so: Callable[[], bool], within_s: float, every_s: float = 0.1) -> float:
    """Poll until a condition holds and return the seconds it took; fail at the timeout.

    A call of Docker costs as much as ten pages, so poll it rarely while clients run.
    """
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > within_s:
            pytest.fail(f"the condition does not hold after {within_s} s")
        time.sleep(every_s)  # between two checks; the deadline is above
    return time.monotonic() - began


@contextlib.contextmanager
def fresh_stack(name: str, folder: Path = ROOT, settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Yield a stack that is not up yet; remove everything it creates."""
    stack = Stack(f"bookstall-test-{name}-{os.getpid()}", unused_port(), folder, settings or {})
    try:
        yield stack
    finally:
        stack.compose("--profile '*' down --volumes --timeout 5 --remove-orphans")


def kill_main_process(stack: Stack, container: str) -> None:
    """Kill the main process of a container with SIGKILL, as a crash would; Docker restarts it."""
    began = stack.inspect(container)["State"]["StartedAt"]
    # Process 1 is the init; the service is its child. The shell that kills dies with it.
    stack.run(f"docker exec {container} sh -c 'kill -9 $(cat /proc/1/task/1/children)' || true")
    eventually(lambda: stack.inspect(container)["State"]["StartedAt"] != began, within_s=5)
    eventually(lambda: bool(stack.inspect(container)["State"]["Running"]), within_s=5)


def copy_of_the_project(folder: Path) -> Path:
    """Copy the files that the images are built from."""
    tree = folder / "a shop"
    ignored = shutil.ignore_patterns("__pycache__", "*_pb2*")
    for name in ("containers", "marketplace", "migrations", "protobufs", "recommendations", "requirements", "seed"):
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for pattern in (".dockerignore", "Dockerfile", "pyproject.toml", "docker-compose*.yaml"):
        for file in ROOT.glob(pattern):
            if file.name != "docker-compose.override.yaml":  # a developer's own
                shutil.copy2(file, tree)
    return tree
