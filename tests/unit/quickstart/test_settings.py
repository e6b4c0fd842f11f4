from dataclasses import replace
from pathlib import Path

import pytest

from quickstart.errors import QuickstartError
from quickstart.settings import PROJECT_ROOT, Settings

URL = "postgresql:///bookstall?host=%2Ftmp%2Fbookstall&port=5432&user=bookstall"


def test_needs_no_setting() -> None:
    settings = Settings.from_environ({})

    assert settings.data_folder == PROJECT_ROOT / ".bookstall"
    assert settings.database_url is None
    assert str(settings.marketplace) == "127.0.0.1:5000"
    assert str(settings.recommendations) == settings.target == "127.0.0.1:50051"


def test_an_empty_setting_counts_as_unset() -> None:
    names = ("BOOKSTALL_DATA", "DATABASE_URL", "MARKETPLACE_LISTEN", "RECOMMENDATIONS_LISTEN", "RECOMMENDATIONS_TARGET")

    settings = Settings.from_environ(dict.fromkeys(names, ""))

    assert replace(settings, environ={}) == Settings.from_environ({})


def test_finds_recommendations_where_it_listens() -> None:
    assert Settings.from_environ({"RECOMMENDATIONS_LISTEN": "0.0.0.0:6000"}).target == "127.0.0.1:6000"


def test_keeps_a_target_that_is_set() -> None:
    environ = {"RECOMMENDATIONS_LISTEN": "0.0.0.0:6000", "RECOMMENDATIONS_TARGET": "dns:///elsewhere:1"}

    assert Settings.from_environ(environ).target == "dns:///elsewhere:1"


def test_makes_the_data_folder_absolute_for_processes_in_other_folders() -> None:
    assert Settings.from_environ({"BOOKSTALL_DATA": "some where"}).data_folder == Path.cwd() / "some where"


def test_the_child_environment_holds_every_address() -> None:
    settings = Settings.from_environ({"HOME": "/home/a", "RECOMMENDATIONS_LISTEN": "127.0.0.1:6000"})

    assert settings.for_children(URL) == {
        "HOME": "/home/a",
        "DATABASE_URL": URL,
        "RECOMMENDATIONS_LISTEN": "127.0.0.1:6000",
        "RECOMMENDATIONS_TARGET": "127.0.0.1:6000",
        "MARKETPLACE_LISTEN": "127.0.0.1:5000",
        "RECOMMENDATIONS_LOG_FORMAT": "text",
        "MARKETPLACE_LOG_FORMAT": "text",
        "PYTHONUNBUFFERED": "1",
    }


def test_reads_the_password_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("o p'en\n")

    assert Settings.from_environ({"DATABASE_PASSWORD_FILE": str(tmp_path / "password")}).password == "o p'en"


def test_refuses_a_password_file_that_cannot_be_read() -> None:
    with pytest.raises(QuickstartError, match="DATABASE_PASSWORD_FILE is '/nowhere', which cannot be read"):
        Settings.from_environ({"DATABASE_PASSWORD_FILE": "/nowhere"})


def test_refuses_a_malformed_address() -> None:
    with pytest.raises(QuickstartError, match="RECOMMENDATIONS_LISTEN is 'nowhere'"):
        Settings.from_environ({"RECOMMENDATIONS_LISTEN": "nowhere"})
