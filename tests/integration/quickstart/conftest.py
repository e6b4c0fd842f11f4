"""Folders that every user may enter, data folders that a module shares, and whole shops."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.initdb import make_cluster
from tests.support.quickstart_shop import Quickstart, Shop, open_shop, run_quickstart, shop_environment


@pytest.fixture(scope="session")
def bindir() -> Path:
    return find_bindir(os.environ)


@contextmanager
def public_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bookstall test "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Give a folder that other users may enter, unlike `tmp_path`."""
    with public_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def cluster(bindir: Path) -> Iterator[Path]:
    """Give a PostgreSQL data folder to copy: making one takes twenty times as long as starting a server."""
    with public_folder() as folder:
        make_cluster(folder / "postgres", bindir, durable=False)
        yield folder / "postgres"


@pytest.fixture(scope="module")
def data(cluster: Path) -> Iterator[Path]:
    """Give a data folder that a module's tests share."""
    with public_folder() as folder:
        data = folder / """ a "b", it's 100% ☃ $HOME """
        shutil.copytree(cluster, data / "postgres")
        yield data


@pytest.fixture(scope="module")
def shop_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the environment of a shop, with a data folder that a module shares."""
    return shop_environment(tmp_path_factory.mktemp("the shop's data"))


@pytest.fixture
def quickstart(shop_environ: Mapping[str, str]) -> Quickstart:
    """Give a function that runs one of the quickstart's commands, beside the shop if one is open."""

    def run(*arguments: str, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return run_quickstart({**shop_environ, **environ}, arguments, typed)

    return run


@pytest.fixture
def shop(tmp_path: Path, shop_environ: Mapping[str, str]) -> Iterator[Shop]:
    """Give an open shop that the test may stop or damage."""
    with open_shop(tmp_path / "log", shop_environ) as shop:
        yield shop


@pytest.fixture(scope="module")
def shared_shop(tmp_path_factory: pytest.TempPathFactory, shop_environ: Mapping[str, str]) -> Iterator[Shop]:
    """Give an open shop that a module's tests only read from."""
    with open_shop(tmp_path_factory.mktemp("log") / "log", shop_environ) as shop:
        yield shop
