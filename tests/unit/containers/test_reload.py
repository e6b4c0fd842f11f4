"""What counts as a change of the code, under development in containers."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "containers" / "reload.py"

Times: TypeAlias = Callable[[Path], dict[Path, int]]


@pytest.fixture
def times() -> Times:
    found: Times = runpy.run_path(str(SCRIPT))["times"]
    return found


def test_a_changed_a_new_and_a_removed_file_are_changes(tmp_path: Path, times: Times) -> None:
    seen = [times(tmp_path)]
    module = tmp_path / "module.py"
    for change in (module.touch, lambda: module.write_text("pass\n"), module.unlink):
        change()
        seen.append(times(tmp_path))
    assert seen[0] != seen[1] != seen[2] != seen[3]


def test_bytecode_that_python_leaves_is_no_change(tmp_path: Path, times: Times) -> None:
    part = tmp_path / "part"
    part.mkdir()
    (part / "module.py").touch()
    before = times(tmp_path)
    (part / "__pycache__").mkdir()
    (part / "__pycache__" / "module.cpython-313.pyc").touch()
    assert times(tmp_path) == before
