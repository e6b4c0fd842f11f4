"""The script that writes the passwords of the database roles to files."""

import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "containers" / "make_passwords.py"
ROLES = ("bookstall_migrator", "bookstall_seeder", "bookstall_service")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Give a function that runs the script and returns each role's password."""

    def make(*options: str) -> dict[str, str]:
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(tmp_path), *options])
        # Only root may give files to any group, so here all keep ours.
        monkeypatch.setattr(os, "fchown", lambda *_: None)
        runpy.run_path(str(SCRIPT), run_name="__main__")
        return {file.name: file.read_text() for file in tmp_path.iterdir()}

    return make


def test_each_role_gets_a_password_once(make: Callable[..., dict[str, str]]) -> None:
    made = make()
    assert sorted(made) == sorted(ROLES)
    assert make() == made


def test_new_replaces_all_passwords(make: Callable[..., dict[str, str]]) -> None:
    made = make()
    assert not set(make("--new").values()) & set(made.values())


def test_an_empty_file_is_no_password(make: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    made = make()
    (tmp_path / "bookstall_seeder").unlink()
    (tmp_path / "bookstall_seeder").touch()
    again = make()
    assert again.pop("bookstall_seeder")
    assert again == {role: made[role] for role in again}
