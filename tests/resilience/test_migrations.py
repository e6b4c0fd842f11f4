"""R10: many concurrent `alembic upgrade head`, and the one that holds the lock is killed."""

import os
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest

from tests.conftest import ROOT
from tests.support.processes import wait_until

UPGRADES = 10
APPLIED = "Running upgrade  -> "
BLOCKED = b"""
SELECT 1 FROM pg_stat_activity
WHERE application_name = 'bookstall migrations' AND datname = current_database() AND wait_event_type = 'Lock'
"""


def start_upgrade(url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.promise(
    "R10: ten concurrent `alembic upgrade head`, the lock's holder killed", "one applies, the others exit 0"
)
def test_killing_the_upgrade_that_holds_the_lock_lets_another_one_apply(
    empty_database: str, figure: Callable[[str], None]
) -> None:
    with psycopg.connect(empty_database, autocommit=True) as observer, psycopg.connect(empty_database) as obstacle:
        # The migration waits for this transaction to make the same table.
        obstacle.execute("CREATE TABLE category (id int)")
        holder = start_upgrade(empty_database)
        wait_until(lambda: observer.execute(BLOCKED).fetchone())
        others = [start_upgrade(empty_database) for _ in range(UPGRADES - 1)]
        holder.kill()
        holder.communicate()
        obstacle.rollback()
    outputs = [process.communicate()[0] for process in others]

    applied = sum(APPLIED in output for output in outputs)
    statuses = [process.returncode for process in others]
    figure(f"the holder killed, {applied} of {len(others)} applied, {statuses.count(0)} ended with status 0")
    assert statuses == [0] * len(others), outputs
    assert applied == 1


@pytest.mark.promise("R10: ten concurrent `alembic upgrade head`", "one applies, the others exit 0")
def test_of_concurrent_upgrades_one_applies_and_all_succeed(empty_database: str, figure: Callable[[str], None]) -> None:
    processes = [start_upgrade(empty_database) for _ in range(UPGRADES)]
    outputs = [process.communicate()[0] for process in processes]

    applied = sum(APPLIED in output for output in outputs)
    statuses = [process.returncode for process in processes]
    figure(f"{applied} of {UPGRADES} applied, {statuses.count(0)} ended with status 0")
    assert statuses == [0] * UPGRADES, outputs
    assert applied == 1
