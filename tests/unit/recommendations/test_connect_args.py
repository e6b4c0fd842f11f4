"""What an engine passes to the driver."""

import pytest

from recommendations.storage.engine import DatabaseAddressError, connect_args, database_url, writers_url
from seed.loading.connection import SeedError, open_engine

SETTINGS = {"statement_timeout": 2_000}


def options_of(address: str, settings: dict[str, str | int] | None = None) -> object:
    return connect_args(database_url({"DATABASE_URL": address}), "a test", settings or {}).get("options")


def test_options_of_the_address_are_kept_and_our_settings_override_them() -> None:
    options = "-c search_path=shop -c statement_timeout=9"
    address = f"postgresql://user@host/name?options={options.replace(' ', '%20').replace('=', '%3D')}"
    assert options_of(address) == options
    assert options_of(address, {**SETTINGS}) == f"{options} -c statement_timeout=2000"


def test_an_address_without_options_gets_our_settings_alone() -> None:
    assert options_of("postgresql://user@host/name", {**SETTINGS}) == "-c statement_timeout=2000"
    assert options_of("postgresql://user@host/name") is None


@pytest.mark.parametrize(
    ("mode", "sentence"), [("session", "must be transaction or empty"), ("transaction", "PostgreSQL itself")]
)
def test_programs_that_need_a_session_refuse_a_pooler(mode: str, sentence: str) -> None:
    environ = {"DATABASE_URL": "postgresql://user@host/name", "DATABASE_POOLER": mode}
    with pytest.raises(DatabaseAddressError, match=sentence):
        writers_url(environ)
    with pytest.raises(SeedError, match=sentence):
        open_engine(environ)
