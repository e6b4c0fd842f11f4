"""What each role of the database can do, and above all what it cannot."""

import json
from typing import Any

import pytest

from tests.support.compose_stack import Stack

TRY = """
import json, os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True,
                     password=open(os.environ["DATABASE_PASSWORD_FILE"]).read()) as connection:
    result = {}
    for statement in json.loads(%r):
        try:
            cursor = connection.execute(statement)
            result[statement] = cursor.fetchone()[0] if cursor.description else "done"
        except psycopg.Error as error:
            result[statement] = error.sqlstate
print(json.dumps(result))
"""
ENTER = """
import os, psycopg
for database in ("bookstall", "postgres", "template1"):
    try:
        psycopg.connect(os.environ["DATABASE_URL"], dbname=database,
                        password=open(os.environ["DATABASE_PASSWORD_FILE"]).read()).close()
    except psycopg.OperationalError as error:
        print(f"{database}: {'refused' if 'permission denied for database' in str(error) else error}")
    else:
        print(f"{database}: entered")
"""
REFUSED = "42501"
READ_ONLY = "25006"


def run_as_role(stack: Stack, service: str, script: str) -> list[str]:
    """Run a Python script in the container of a service, which has its password; return the printed lines."""
    how = (
        "exec -T recommendations"
        if service == "recommendations"
        else f"run --rm -T --no-deps --entrypoint '' {service}"
    )
    return stack.compose(f"{how} python -", given=script).splitlines()


def as_role(stack: Stack, service: str, statements: list[str]) -> dict[str, Any]:
    """Run each statement by itself as the role of a service; return its result, or the error's SQLSTATE."""
    result: dict[str, Any] = json.loads(run_as_role(stack, service, TRY % json.dumps(statements))[-1])
    return result


WRITES = [
    "INSERT INTO book (title, fingerprint) VALUES ('x', gen_random_uuid())",
    "UPDATE book SET title = 'x'",
    "DELETE FROM book",
    "TRUNCATE book CASCADE",
    "SELECT nextval('book_id_seq')",
    "SELECT id FROM book LIMIT 1 FOR UPDATE",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "CREATE EXTENSION pg_stat_statements",
    "ALTER TABLE book ADD COLUMN mine int",
    "DROP TABLE slot",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "ALTER ROLE bookstall_service SUPERUSER",
    "SET ROLE bookstall_owner",
    "SET ROLE bookstall_seeder",
]
BEYOND = [
    "COPY book TO PROGRAM 'id'",
    "COPY book FROM PROGRAM 'id'",
    "COPY book TO '/tmp/books'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT passwd FROM pg_shadow LIMIT 1",
    "SELECT pg_terminate_backend(1)",
    "SELECT pg_reload_conf()",
    "SET log_statement = 'all'",
]


def test_the_service_reads(stack: Stack) -> None:
    (count,) = as_role(stack, "recommendations", ["SELECT count(*) FROM book JOIN slot ON book_id = book.id"]).values()
    assert int(count) > 0


@pytest.mark.parametrize("service", ["recommendations", "seed", "migrate"])
def test_no_role_enters_another_database(stack: Stack, service: str) -> None:
    assert run_as_role(stack, service, ENTER)[-3:] == ["bookstall: entered", "postgres: refused", "template1: refused"]


@pytest.mark.parametrize("transactions", ["on", "off"])
def test_the_service_cannot_write_or_create(stack: Stack, transactions: str) -> None:
    # The role may switch off its read-only transactions, so its privileges alone must forbid writing.
    begin = f"SET default_transaction_read_only = {transactions}"
    result = as_role(stack, "recommendations", [begin, *WRITES])
    assert result.pop(begin) == "done"
    allowed = {REFUSED} if transactions == "off" else {REFUSED, READ_ONLY}
    assert {statement: state for statement, state in result.items() if state not in allowed} == {}


@pytest.mark.parametrize("service", ["recommendations", "seed", "migrate"])
def test_no_role_reaches_files_programs_or_settings_of_the_server(stack: Stack, service: str) -> None:
    result = as_role(stack, service, ["SET default_transaction_read_only = off", *BEYOND])
    result.pop("SET default_transaction_read_only = off")
    # pg_terminate_backend on a process that is no backend returns false with a warning.
    assert {s: state for s, state in result.items() if state not in {REFUSED, False}} == {}


def test_the_services_timeouts_are_set_by_role(stack: Stack) -> None:
    timeouts = {
        "statement_timeout": "2s",
        "lock_timeout": "500ms",
        "idle_in_transaction_session_timeout": "5s",
        "transaction_timeout": "10s",
        "default_transaction_read_only": "on",
    }
    result = as_role(stack, "recommendations", [f"SHOW {name}" for name in timeouts])
    assert result == {f"SHOW {name}": value for name, value in timeouts.items()}
    assert as_role(stack, "recommendations", ["SELECT pg_sleep(3)"]) == {"SELECT pg_sleep(3)": "57014"}


def test_the_seeder_writes_books_but_changes_no_table(stack: Stack) -> None:
    writes = [
        "BEGIN",
        "INSERT INTO book (title, fingerprint) VALUES ('x', gen_random_uuid())",
        "UPDATE category SET book_count = book_count",
        "DELETE FROM slot WHERE book_id IS NULL",
        "CREATE TEMPORARY TABLE incoming (id int)",
        "ROLLBACK",
        "ANALYZE book",
    ]
    assert set(as_role(stack, "seed", writes).values()) == {"done"}
    shapes = [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE book ADD COLUMN mine int",
        "DROP TABLE slot",
        "TRUNCATE book CASCADE",
        "UPDATE alembic_version SET version_num = 'x'",
        "DELETE FROM alembic_version",
        "SET ROLE bookstall_owner",
        "CREATE ROLE mine",
    ]
    assert set(as_role(stack, "seed", shapes).values()) == {REFUSED}


def test_what_the_migrator_creates_belongs_to_the_owner_and_the_service_can_read_it(stack: Stack) -> None:
    assert as_role(stack, "migrate", ["SELECT session_user", "SELECT current_user"]) == {
        "SELECT session_user": "bookstall_migrator",
        "SELECT current_user": "bookstall_owner",
    }
    try:
        as_role(stack, "migrate", ["CREATE TABLE shelf_life AS SELECT 1 AS days"])
        assert as_role(stack, "recommendations", ["SELECT days FROM shelf_life"]) == {"SELECT days FROM shelf_life": 1}
        owners = "SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname = 'public'"
        assert stack.psql(owners) == "bookstall_owner"
    finally:
        as_role(stack, "migrate", ["DROP TABLE shelf_life"])


def test_nobody_logs_in_as_the_owner_and_the_superuser_has_no_password(stack: Stack) -> None:
    output = stack.psql(
        "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_authid WHERE rolcanlogin AND rolpassword IS NOT NULL"
    )
    assert output == "bookstall_migrator bookstall_seeder bookstall_service"
    assert stack.psql("SELECT count(*) FROM pg_authid WHERE rolpassword !~ '^SCRAM-SHA-256'") == "0"
    assert stack.psql("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'bookstall_owner'") == "f"
