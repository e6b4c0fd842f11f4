"""The upgrade to a later major version of PostgreSQL, as docs/operations.md describes it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.compose_stack import ROOT, Stack, fresh_stack
from tests.support.database_server import IMAGE, why_no_container

OLDER = "postgres:17"
# Before version 18, the image kept its data in a folder outside our volume.
OVERRIDE = f"""
services:
  postgres: {{image: "{OLDER}", environment: {{PGDATA: /var/lib/postgresql/17/docker}}}}
  roles: {{image: "{OLDER}"}}
  psql: {{image: "{OLDER}"}}
"""

# Owners and privileges; the privileges on one object come in any order.
RIGHTS = """
SELECT what, name, owner, ARRAY(SELECT unnest(rights)::text ORDER BY 1) FROM (
  SELECT 'role', rolname::text, rolconfig::text, ARRAY[rolcanlogin, rolsuper, rolcreatedb, rolcreaterole]::text[]
    FROM pg_roles WHERE rolname ~ '^bookstall_'
  UNION ALL SELECT 'member', roleid::regrole::text, member::regrole::text, NULL
    FROM pg_auth_members WHERE member::regrole::text ~ '^bookstall_'
  UNION ALL SELECT 'database', datname::text, datdba::regrole::text, datacl::text[]
    FROM pg_database WHERE datname = 'bookstall'
  UNION ALL SELECT 'schema', nspname::text, nspowner::regrole::text, nspacl::text[]
    FROM pg_namespace WHERE nspname = 'public'
  UNION ALL SELECT 'relation', oid::regclass::text, relowner::regrole::text, relacl::text[]
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat('to come: ', defaclobjtype), '', defaclrole::regrole::text, defaclacl::text[]
    FROM pg_default_acl
) AS result(what, name, owner, rights) ORDER BY 1, 2, 3
"""


@pytest.fixture
def older_postgres(tmp_path: Path) -> dict[str, str]:
    """Give the settings by which compose runs the stack on an older PostgreSQL."""
    why_not = why_no_container(OLDER)
    if why_not:
        pytest.skip(why_not)
    file = tmp_path / "older.yaml"
    file.write_text(OVERRIDE)
    return {"COMPOSE_FILE": f"{ROOT / 'docker-compose.yaml'}:{file}"}


def version(stack: Stack) -> int:
    return int(stack.psql("SHOW server_version_num")) // 10_000


def test_a_shop_moves_to_a_later_major_version_of_postgresql_with_its_books_and_rights(
    images: Stack, older_postgres: dict[str, str], tmp_path: Path
) -> None:
    dump = tmp_path / "bookstall.dump"
    with fresh_stack("major") as later:
        older = replace(later, settings=older_postgres)
        older.compose("up --detach --wait marketplace")
        older.compose("run --rm -T seed load -", given="title\nOnly in this shop\n")
        assert version(older) == 17
        books, rights = older.books(), older.psql(RIGHTS)
        older.compose(f"exec -T postgres pg_dump -U postgres -Fc bookstall > '{dump}'")
        older.compose("down --volumes")

        later.compose("run --rm -T roles")
        restore = "exec -T postgres pg_restore -U postgres -d bookstall --clean --if-exists --single-transaction"
        later.compose(f"{restore} < '{dump}'")
        later.compose("up --detach --wait marketplace")
        assert version(later) == int(IMAGE.partition(":")[2])
        assert later.books() == books
        assert later.psql(RIGHTS) == rights
        later.wait_for_page(within_s=5)
        assert "nothing was done." in later.compose("logs --no-log-prefix seed")

        later.compose("run --rm -T seed load -", given="title\nAdded afterwards\n")
        assert later.psql("SELECT count(*) FROM book WHERE title IN ('Only in this shop', 'Added afterwards')") == "2"
