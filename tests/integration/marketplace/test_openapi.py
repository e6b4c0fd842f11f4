"""The API against its own description: schemathesis sends what the document allows, and much that it does not."""

import os
import subprocess
import sys
import urllib.request
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.marketplace.conftest import Start
from tests.support.page_reader import Backend
from tests.support.processes import wait_until

ROOT = Path(__file__).resolve().parents[3]
DEADLINE_S = 120
PATH = "/api/recommendations"
OPTIONS = {
    "checks": "all",
    # Made-up page tokens are refused; tests/support/schemathesis_hooks.py has this check for all other requests.
    "exclude-checks": "positive_data_acceptance",
    "phases": "examples,coverage,fuzzing,stateful",
    "max-examples": "15",
    "seed": "1",
    "generation-database": "none",
}


@pytest.mark.time_limit(DEADLINE_S + 30, reason="thousands of requests, on a busy computer")
def test_the_api_matches_its_description(backend: Backend, start: Start, free_port: int, tmp_path: Path) -> None:
    page = f"http://127.0.0.1:{free_port}"
    settings = {"RECOMMENDATIONS_TARGET": backend.target, "MARKETPLACE_LISTEN": page.removeprefix("http://")}
    start("marketplace", subprocess.DEVNULL, **settings)
    wait_until(lambda: answers(f"{page}/readyz"))

    result = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{page}/api/openapi.json",
            *(f"--{name}={value}" for name, value in OPTIONS.items()),
        ],
        cwd=tmp_path,  # it writes files to its working directory
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Tested: 4" in result.stdout


@pytest.mark.parametrize(
    "request_query",
    [{"author": "Jane Austen"}, {"category": "mystery", "exclude": ",".join(map(str, range(1, 500)))}, {}],
    ids=["author", "category", "catalogue"],
)
def test_links_lead_to_the_same_page_and_to_the_next(client: FlaskClient, request_query: dict[str, str]) -> None:
    links = client.get("/api/openapi.json").get_json()["paths"][PATH]["get"]["responses"]["200"]["links"]
    page = client.get(PATH, query_string={**request_query, "max_results": 2}).get_json()

    again = client.get(PATH, query_string=linked(links["again"], request_query, page))
    following = client.get(PATH, query_string=linked(links["next"], request_query, page))

    assert again.get_json() == page
    assert following.status_code == 200
    assert not {book["id"] for book in page["books"]} & {book["id"] for book in following.get_json()["books"]}


def linked(link: dict[str, Any], request_query: dict[str, str], page: dict[str, Any]) -> dict[str, str]:
    """Return the parameters of a link: its runtime expressions, evaluated; one without a value is left out."""
    query: dict[str, str] = {}
    for name, expression in link["parameters"].items():
        source, _, place = expression.partition("#/")
        if source == "$response.body":
            query[name] = str(reduce(dict.__getitem__, place.split("/"), page))
        elif value := request_query.get(source.removeprefix("$request.query.")):
            query[name] = value
    return query


def answers(address: str) -> bool:
    try:
        return bool(urllib.request.urlopen(address).status == 200)
    except OSError:
        return False
