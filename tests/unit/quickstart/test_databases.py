import pytest

from quickstart.devdb.temporary_database import with_database


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("postgresql://user:word@host:5433/name", "postgresql://user:word@host:5433/other"),
        ("postgresql://host", "postgresql://host/other"),
        ("postgresql:///name?host=%2Ftmp%2Fa%20b&user=u", "postgresql:///other?host=%2Ftmp%2Fa%20b&user=u"),
    ],
)
def test_changes_nothing_but_the_name(url: str, other: str) -> None:
    assert with_database(url, "other") == other
