"""The README's examples, run against the real service with the built-in books."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.config import Settings
from seed.__main__ import main as seed
from tests.support.service import SERVING, database_of, serving

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ADDRESS = "127.0.0.1:50051"


@pytest.fixture
def service(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of a service with the built-in books."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert seed([]) == 0
    with serving(database_of(database_url)) as client:
        client.wait_until(SERVING)
        yield client.target


def lines_with(words: str) -> list[str]:
    """Return the README's commands with these words."""
    commands = [line.strip() for line in README.splitlines() if line.startswith("    ") and words in line]
    assert commands
    return commands


def test_the_python_example_prints_books_shelves_and_categories(
    service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert example.count(ADDRESS) == 1
    capsys.readouterr()
    exec(compile(example.replace(ADDRESS, service), "README.md", "exec"), {})
    printed = capsys.readouterr().out
    books = re.findall(r"^(.+) by .+$", printed, re.MULTILINE)
    assert len(set(books)) == 6
    assert len(re.findall(r"has \d+ books, such as ", printed)) == 2
    assert "mystery, " in printed
    assert f'title: "{books[0]}"' in printed


def test_the_shell_example_prints_books(service: str) -> None:
    (command,) = lines_with("buf curl")
    buf, *arguments = shlex.split(command.replace(ADDRESS, service))
    program = Path(sys.executable).with_name(Path(buf).name)
    answer = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(json.loads(answer.stdout)["books"]) == 10


def test_the_grpcurl_examples_name_existing_methods() -> None:
    methods = [line.split()[-1] for line in lines_with("grpcurl -plaintext")]
    assert methods == [
        "bookstall.recommendations.v1.RecommendationsService/RecommendBooks",
        "grpc.health.v1.Health/Check",
    ]


@pytest.fixture
def page(service: str) -> Iterator[FlaskClient]:
    """Give a client of the marketplace in front of that service."""
    client = RecommendationsClient(service)
    yield create_app(Settings(service, "127.0.0.1", 5000, 1, 1, ()), client).test_client()
    client.close()


def test_the_json_examples_are_answered(page: FlaskClient) -> None:
    for command in lines_with("curl 'http://127.0.0.1:5000"):
        path = shlex.split(command)[1].removeprefix("http://127.0.0.1:5000")
        assert page.get(path).status_code == 200, command


def test_a_csv_with_the_named_columns_is_a_catalogue(page: FlaskClient, tmp_path: Path) -> None:
    (columns,) = re.findall(r"A CSV with the columns `(.+)` is enough", README)
    assert columns.split(",") == ["title", "authors", "year", "categories"]
    file = tmp_path / "my-books.csv"
    file.write_text(f"{columns}\nA Book of My Own,Jo Doe; Kim Roe,2026,Mystery; My Own Shelf\n", "utf-8")
    assert seed(["load", str(file)]) == 0
    (book,) = page.get("/api/recommendations?category=my-own-shelf").get_json()["books"]
    assert (book["title"], book["authors"], book["year"]) == ("A Book of My Own", ["Jo Doe", "Kim Roe"], 2026)
