"""The settings of the service: defaults, all errors at once, no password in any message."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from recommendations import config
from recommendations.config import Settings, SettingsError
from recommendations.storage.engine import DatabaseAddressError, database_url

EXAMPLE = Path(__file__).resolve().parents[3] / ".env.example"
ADDRESS = "postgresql://reader:hunter2@db.example:5433/shop"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in documented() | {"DATABASE_URL", "DATABASE_PASSWORD_FILE"}:
        monkeypatch.delenv(name, raising=False)


def documented() -> set[str]:
    """Return the names of environment variables that the settings' docs name."""
    return set(re.findall(r"`((?:RECOMMENDATIONS|DATABASE)_[A-Z_]+)`", Path(config.__file__).read_text("utf-8")))


def read(monkeypatch: pytest.MonkeyPatch, **environ: str) -> Settings:
    for name, value in ({"DATABASE_URL": ADDRESS} | environ).items():
        monkeypatch.setenv(name, value)
    return config.from_environment()


def test_only_the_database_url_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert settings.listen == "127.0.0.1:50051"
    assert (settings.reflection, settings.statement_timeout_ms) == (False, 2_000)
    assert not settings.tutorial_api
    assert (settings.drain_s, settings.stop_grace_s) == (0.2, 5.0)
    assert settings.log_format == "auto"
    assert settings.metrics_listen == "127.0.0.1:9464"


def test_each_setting_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(
        monkeypatch,
        RECOMMENDATIONS_LISTEN="[::]:1",
        RECOMMENDATIONS_REFLECTION="true",
        RECOMMENDATIONS_STATEMENT_TIMEOUT_MS="1",
        RECOMMENDATIONS_DRAIN_S="0.5",
        RECOMMENDATIONS_STOP_GRACE_S="0",
        RECOMMENDATIONS_LOG_FORMAT="json",
        RECOMMENDATIONS_METRICS_LISTEN="",
        RECOMMENDATIONS_TUTORIAL_API="true",
        DATABASE_POOLER="transaction",
        RECOMMENDATIONS_MAX_LAG_S="2.5",
    )
    assert settings.pooled
    assert settings.max_lag_s == 2.5
    assert settings.listen == "[::]:1"
    assert (settings.reflection, settings.statement_timeout_ms) == (True, 1)
    assert (settings.drain_s, settings.stop_grace_s) == (0.5, 0.0)
    assert settings.log_format == "json"
    assert settings.metrics_listen == ""
    assert settings.tutorial_api


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LISTEN", ""),
        ("LISTEN", "localhost"),
        ("LISTEN", ":50051"),
        ("LISTEN", "127.0.0.1:port"),
        ("REFLECTION", "perhaps"),
        ("STATEMENT_TIMEOUT_MS", "0"),
        ("STATEMENT_TIMEOUT_MS", "-1"),
        ("STATEMENT_TIMEOUT_MS", "1.5"),
        ("STATEMENT_TIMEOUT_MS", str(2**31)),
        ("DRAIN_S", "-1"),
        ("DRAIN_S", "nan"),
        ("DRAIN_S", "inf"),
        ("STOP_GRACE_S", "soon"),
    ],
)
def test_invalid_value_is_reported_with_the_name_of_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=rf"^RECOMMENDATIONS_{name}: [^\n]+$"):
        read(monkeypatch, **{f"RECOMMENDATIONS_{name}": value})


def test_all_invalid_settings_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"LISTEN": "x", "REFLECTION": "x", "STATEMENT_TIMEOUT_MS": "x", "DRAIN_S": "x", "STOP_GRACE_S": "x"}
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, DATABASE_URL="", **{f"RECOMMENDATIONS_{name}": value for name, value in wrong.items()})
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    for name in ["DATABASE_URL", *(f"RECOMMENDATIONS_{name}" for name in wrong)]:
        assert len([line for line in lines if line.startswith(name)]) == 1


def test_every_setting_is_in_the_example_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if re.match("[A-Z_]+=", line))
    unset = {line[2:-1] for line in lines if re.fullmatch("# [A-Z_]+=", line)}
    assert len(documented()) == len(fields(Settings))
    assert documented() <= set(given) | unset
    ours = {name: value for name, value in given.items() if name in documented()}
    assert len(ours) == 10
    assert read(monkeypatch, **ours) == read_defaults(monkeypatch, ours)


def read_defaults(monkeypatch: pytest.MonkeyPatch, names: dict[str, str]) -> Settings:
    for name in names:
        monkeypatch.delenv(name)
    return config.from_environment()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_url_selects_the_psycopg_driver(scheme: str) -> None:
    url = database_url({"DATABASE_URL": f"{scheme}://reader:hunter2@db.example:5433/shop?sslmode=require"})
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://reader:hunter2@db.example:5433/shop?sslmode=require"
    )


def test_password_file_replaces_the_password_in_the_url(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("pässword with spaces \n", encoding="utf-8")
    assert database_url({"DATABASE_URL": ADDRESS, "DATABASE_PASSWORD_FILE": str(file)}).password == (
        "pässword with spaces "
    )


@pytest.mark.parametrize(
    "address", ["", "reader:hunter2", "mysql://reader:hunter2@db/shop", "postgresql://reader:hunter2@db:port/shop"]
)
def test_invalid_url_is_reported_in_one_sentence_without_its_password(address: str) -> None:
    with pytest.raises(DatabaseAddressError, match=r"^DATABASE_URL [^\n]*\.$") as caught:
        database_url({"DATABASE_URL": address})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not text"])
def test_unreadable_password_file_is_reported_by_its_path(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DatabaseAddressError, match=r"^DATABASE_PASSWORD_FILE [^\n]*\.$") as caught:
        database_url({"DATABASE_URL": ADDRESS, "DATABASE_PASSWORD_FILE": str(file)})
    assert str(file) in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_repr_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hunter2" not in repr(read(monkeypatch))
