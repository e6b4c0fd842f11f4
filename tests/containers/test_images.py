"""The contents of the images."""

import re
import subprocess
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.compose_stack import REVISION, ROOT, Stack, copy_of_the_project

ROLES = ("recommendations", "marketplace", "catalogue")
MB = 10**6


def in_image(images: Stack, role: str, script: str) -> str:
    """Run a shell script in a container of the role's image without a network, on a read-only file system."""
    given = "--rm -i --network none --read-only --entrypoint sh"
    return images.run(f"docker run {given} bookstall-{role}:tests", given=script)


def size(images: Stack, image: str) -> int:
    return int(images.run(f"docker image inspect --format '{{{{.Size}}}}' {image}"))


@pytest.mark.parametrize("role", ROLES)
def test_an_image_adds_90_mb_to_its_base_at_most(images: Stack, role: str) -> None:
    added = size(images, f"bookstall-{role}:tests") - size(images, "python:3.13-slim")
    assert added <= 90 * MB, f"{added / MB:.0f} MB"


@pytest.mark.parametrize(
    ("role", "has", "has_not"),
    [
        ("recommendations", {"sqlalchemy", "psycopg", "grpc", "recommendations"}, {"flask", "granian", "alembic"}),
        ("marketplace", {"flask", "granian", "grpc", "marketplace", "pytest"}, {"sqlalchemy", "psycopg", "alembic"}),
        ("catalogue", {"sqlalchemy", "psycopg", "alembic", "seed"}, {"flask", "granian", "grpc"}),
    ],
)
def test_an_image_holds_the_packages_of_its_role_only(
    images: Stack, role: str, has: set[str], has_not: set[str]
) -> None:
    own = {"recommendations", "marketplace", "seed", "quickstart", "tests"} - has
    if role == "catalogue":  # of the service, it holds only the schema
        own -= {"recommendations"}
        assert "servicer" not in in_image(images, role, "ls recommendations")
    absent = {*own, *has_not, "pip", "ensurepip", "uv", "grpc_tools", "coverage", "hypothesis", "mypy"}
    names = sorted(has | absent)
    script = f'python -c "from importlib.util import find_spec as f; print([n for n in {names} if f(n)])"'
    assert set(re.findall(r"'(\w+)'", in_image(images, role, script))) == has


LOCKS = {
    "recommendations": ("recommendations",),
    "marketplace": ("marketplace", "integration-test"),
    "catalogue": ("catalogue",),
}


def locked(role: str) -> set[str]:
    """Return the packages that the role's lock files name for a Python 3.13 on Linux."""
    lines = "\n".join((ROOT / "requirements" / f"{lock}.txt").read_text() for lock in LOCKS[role]).splitlines()
    pinned = [Requirement(line.removesuffix("\\")) for line in lines if re.match(r"[\w.\[\],-]+==", line)]
    here = {"python_version": "3.13", "python_full_version": "3.13.0", "sys_platform": "linux"}
    return {canonicalize_name(one.name) for one in pinned if one.marker is None or one.marker.evaluate(here)}


@pytest.mark.parametrize("role", ROLES)
def test_a_virtual_environment_holds_what_the_roles_lock_names_and_nothing_else(images: Stack, role: str) -> None:
    script = "import importlib.metadata as m, sys; print(sys.prefix, *(one.name for one in m.distributions()))"
    prefix, *installed = in_image(images, role, f'python -c "{script}"').split()
    assert prefix == "/opt/venv"
    assert sorted(map(canonicalize_name, installed)) == sorted(locked(role))


@pytest.mark.parametrize("role", ["recommendations", "marketplace"])
def test_grpc_core_writes_no_line_to_the_log(images: Stack, role: str) -> None:
    script = """python -c '
import concurrent.futures, grpc
server = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
try: server.add_insecure_port("unix:/no/such/folder/socket")
except RuntimeError: print("refused")
' 2>&1"""
    assert in_image(images, role, script).splitlines() == ["refused"]


@pytest.mark.parametrize("role", ROLES)
def test_an_image_holds_no_compiler_no_installer_and_no_source_of_tests(images: Stack, role: str) -> None:
    script = """
        for tool in cc gcc g++ make ld pip pip3 uv protoc git; do command -v $tool; done
        find . \\( -name '*test*' -o -name conftest.py -o -name '*.proto' -o -name '*.txt' -o -name .git \\) -print
    """
    expected = ["./marketplace_integration_test.py"] if role == "marketplace" else []
    assert in_image(images, role, script).split() == expected


@pytest.mark.parametrize(
    ("role", "module"),
    [
        ("recommendations", "recommendations.__main__"),
        ("marketplace", "marketplace.wsgi"),
        ("catalogue", "seed.__main__"),
    ],
)
def test_all_that_an_image_imports_is_compiled(images: Stack, role: str, module: str) -> None:
    # Nothing can write bytecode on the read-only file system, so each start would compile anew.
    script = f"""python -c '
import pathlib, sys, {module}
files = [each.__cached__ for each in sys.modules.values() if getattr(each, "__cached__", None)]
print(len(files), *(file for file in files if not pathlib.Path(file).exists()))'
"""
    imported, *missing = in_image(images, role, script).split()
    assert int(imported) > 100
    assert missing == []


@pytest.mark.parametrize("role", ROLES)
def test_an_image_has_labels_and_a_numeric_user(images: Stack, role: str) -> None:
    labels = images.inspect(f"bookstall-{role}:tests")["Config"]["Labels"]
    prefix = "org.opencontainers.image."
    labels = {name.removeprefix(prefix): value for name, value in labels.items() if name.startswith(prefix)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert labels.pop("description").endswith(".")
    assert labels == {
        "title": f"bookstall-{role}",
        "version": project["version"],
        "revision": REVISION,
        "licenses": project["license"],
        "vendor": "Bookstall",
        "base.name": "docker.io/library/python:3.13-slim",
    }
    user = images.inspect(f"bookstall-{role}:tests")["Config"]["User"]
    assert re.fullmatch(r"1000\d:1000\d", user)


@pytest.mark.parametrize("role", ROLES)
def test_all_dependencies_are_locked_by_hash(role: str) -> None:
    for lock in (ROOT / "requirements" / f"{role}.txt", ROOT / "requirements" / "stubs.txt"):
        pinned = re.findall(r"^(\S+==\S+)((?:.*\\\n)*.*)", lock.read_text(), flags=re.MULTILINE)
        assert pinned
        assert all("--hash=sha256:" in rest for _, rest in pinned)
    installs = re.findall(r"pip (?:--python \S+ )?install (.*)", (ROOT / "Dockerfile").read_text())
    assert len(installs) == 4
    assert all(install.startswith("--require-hashes") for install in installs)


def test_a_change_of_the_code_builds_no_dependency_again(images: Stack, tmp_path: Path) -> None:
    tree = copy_of_the_project(tmp_path)
    for package in ("recommendations", "marketplace", "seed"):
        with (tree / package / "__init__.py").open("a") as file:
            file.write(f"# changed at {time.time_ns()}\n")
    for role in ROLES:
        command = ["docker", "build", "--progress=plain", "--output=type=cacheonly", f"--target={role}"]
        command += ["--build-arg=REVISION=the-commit-of-the-change", str(tree)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        steps = dict(re.findall(r"^#(\d+) \[.*?\] (.*)$", printed, flags=re.MULTILINE))
        cached = set(re.findall(r"^#(\d+) CACHED$", printed, flags=re.MULTILINE))
        again = [what for number, what in steps.items() if number not in cached]
        assert [what for what in again if "pip" in what or "/opt/venv" in what] == []
        assert any(what.startswith("COPY") for what in again), "the change itself was built"
