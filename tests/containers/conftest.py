"""Tests of the containers as people run them: `make test ARGS=tests/containers`.

They need a Docker engine with compose, and minutes. So they run only with this folder's name or
`-m containers` on the command line; otherwise they are skipped with a message.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.compose_stack import Stack, fresh_stack

HERE = Path(__file__).resolve().parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and skip them where they cannot run or were not requested."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        item.add_marker(pytest.mark.containers)
        item.add_marker(pytest.mark.time_limit(1_200, reason="it builds images and restarts whole stacks"))
    reason = _why_not(config) if ours else ""
    for item in ours if reason else ():
        item.add_marker(pytest.mark.skip(reason=reason))


def _why_not(config: pytest.Config) -> str:
    by_folder = any("tests/containers" in Path(argument).as_posix() for argument in config.args)
    if not by_folder and config.option.markexpr != "containers":
        return "the container tests take minutes: ask for them with make test ARGS=tests/containers"
    for command, what in (("docker version", "no Docker engine answers"), ("docker compose version", "no compose")):
        try:
            if subprocess.run(command.split(), capture_output=True, check=False).returncode == 0:
                continue
        except FileNotFoundError:
            return "Docker is not installed"
        return what
    return ""


@pytest.fixture(scope="session")
def images() -> Stack:
    """Build the images once, and give a stack to inspect them, which never starts."""
    never_up = Stack("bookstall-test", 0)
    never_up.compose("build --quiet")
    return never_up


@pytest.fixture(scope="session")
def stack(images: Stack) -> Iterator[Stack]:
    """Give the running stack that most tests share; a test that breaks it repairs it."""
    with fresh_stack("shared") as stack:
        stack.compose("up --detach --wait marketplace")
        yield stack
