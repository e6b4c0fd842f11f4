"""How much memory a load of MARC 21 records takes, and how fast it is."""

from pathlib import Path

from pymarc import Field, Indicators, Record, Subfield

from benchmarks.comparison import at_most, table, verdict
from benchmarks.environment import Environment
from benchmarks.load import load, migrated
from benchmarks.processes import data_folder

TABLES = ("load-marc",)

MAX_MEMORY_MB = at_most(300)
"""MB of one load, independent of the number of records."""

AUTHORS = 50_000
SUBJECTS = 300
FIRST_YEAR, YEARS = 1800, 220


def run(environment: Environment) -> dict[str, str]:
    """Load generated records, as many as the scale's loads have books, and return the table."""
    records = environment.scale.load_size
    with migrated(environment) as url:
        one = load(url, generated(records))
    rows = [
        ["peak memory, MB", f"{one.memory_mb:.0f}", *verdict(MAX_MEMORY_MB, one.memory_mb)],
        ["records a second", f"{records / one.seconds:,.0f}", "", ""],
    ]
    return {"load-marc": table([f"{records:,} records of MARC 21", "figure", "goal", ""], rows)}


def generated(records: int) -> Path:
    """Return a file of this many records; write it if necessary."""
    path = data_folder() / f"records-{records}.mrc"
    if not path.exists():
        making = path.with_suffix(".making")
        with making.open("wb") as file:
            for number in range(records):
                file.write(record(number))
        making.rename(path)
    return path


def record(number: int) -> bytes:
    """Return a record with title, author, year, language, summary and two subjects."""
    marc = Record(leader="00000nam a2200000 a 4500", force_utf8=True)
    year = FIRST_YEAR + number % YEARS
    marc.add_field(  # type: ignore[no-untyped-call]
        Field("001", data=f"record{number}"),
        Field("008", data=f"100101s{year}    xx            000 0 eng d"),
        _field("100", a=f"Surname {number % AUTHORS}, Name,"),
        _field("245", a=f"Book {number} :", b="a novel /", c=f"Name Surname {number % AUTHORS}."),
        _field("264", a="Somewhere :", b="A publisher,", c=f"{year}."),
        _field("520", a=f"The summary of book {number}, in a sentence or two. " * 4),
        _field("650", a=f"Subject {number % SUBJECTS}."),
        _field("650", a=f"Subject {number * 7 % SUBJECTS}."),
    )
    return marc.as_marc()


def _field(tag: str, **subfields: str) -> Field:
    return Field(tag, Indicators(" ", " "), [Subfield(code, value) for code, value in subfields.items()])
