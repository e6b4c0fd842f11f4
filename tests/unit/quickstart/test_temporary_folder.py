import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from quickstart.devdb.data_folder import locked
from quickstart.devdb.temporary_folder import MIN_AGE_S, PREFIX, has_room, remove_abandoned, temporary_folder
from quickstart.settings import PROJECT_ROOT

LOCKS_AND_IS_KILLED = """
import os, signal, sys
from pathlib import Path
from quickstart.devdb.data_folder import locked

with locked(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_has_room_if_it_can_be_written_to_and_has_the_space(tmp_path: Path) -> None:
    assert has_room(tmp_path, 1)
    assert not has_room(tmp_path, 2**60)
    assert not has_room(tmp_path / "missing", 1)


@pytest.mark.parametrize("enough", [True, False])
def test_it_is_in_memory_where_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, enough: bool) -> None:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    disk.mkdir()
    if enough:
        memory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(disk))

    with temporary_folder(memory, 1) as folder:
        assert folder.parent == (memory if enough else disk)
    assert not folder.exists()


@pytest.fixture
def abandoned(tmp_path: Path) -> Path:
    """Give the folder of a run that was killed a while ago."""
    folder = tmp_path / f"{PREFIX}abandoned"
    subprocess.run([sys.executable, "-c", LOCKS_AND_IS_KILLED, folder], cwd=PROJECT_ROOT, check=False)
    grow_old(folder)
    return folder


def grow_old(folder: Path) -> None:
    then = folder.stat().st_mtime - MIN_AGE_S - 1
    os.utime(folder / "lock", (then, then))


def test_what_a_killed_run_has_left_is_removed(abandoned: Path) -> None:
    assert abandoned.exists()
    remove_abandoned(abandoned.parent)
    assert not abandoned.exists()


def test_folders_in_use_young_ones_and_those_of_others_stay(tmp_path: Path, abandoned: Path) -> None:
    other = abandoned.rename(tmp_path / "other")
    young, used = tmp_path / f"{PREFIX}young", tmp_path / f"{PREFIX}used"
    (tmp_path / f"{PREFIX}unlocked").mkdir()
    with locked(young):
        pass
    with locked(used):
        grow_old(used)
        remove_abandoned(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {other.name, young.name, used.name, f"{PREFIX}unlocked"}
