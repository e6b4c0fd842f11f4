from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.load_generators import INSTALL, require_programs


def test_names_what_to_install_before_anything_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BenchmarkError, match=r"needs h2load.*apt install nghttp2-client"):
        require_programs()


def test_passes_if_all_programs_are_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in INSTALL:
        program = tmp_path / name
        program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    require_programs()
