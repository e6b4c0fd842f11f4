"""`seed.loading.tables` declares every temporary table, and names the modules that write it and read it."""

import re
from pathlib import Path

import pytest

from seed.loading.tables import LOAD_TABLES, SLOT_TABLES, SYNTHETIC_TABLES, TemporaryTable

SEED = Path(__file__).resolve().parents[3] / "seed"
SOURCES = {
    path.stem: path.read_text(encoding="utf-8")
    for folder in ("loading", "synthetic")
    for path in (SEED / folder).glob("*.py")
    if path.stem != "tables"
}
TABLES = (*LOAD_TABLES, *SLOT_TABLES, *SYNTHETIC_TABLES)


def modules_that_match(pattern: str) -> set[str]:
    return {module for module, source in SOURCES.items() if re.search(pattern, source)}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_declared_modules_are_those_that_use_the_table(table: TemporaryTable) -> None:
    written_by = modules_that_match(rf"\b(INSERT INTO|UPDATE|DELETE FROM|COPY) {table.name}\b")
    read_by = modules_that_match(rf"\b(FROM|JOIN|,|USING|ANALYZE) {table.name}\b")

    assert (set(table.written_by), set(table.read_by)) == (written_by, read_by)


def test_no_other_module_creates_a_temporary_table() -> None:
    creators = [path.name for path in SEED.rglob("*.py") if "CREATE TEMP" in path.read_text(encoding="utf-8")]
    assert creators == ["tables.py"]
