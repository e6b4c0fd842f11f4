"""The dashboard and the alert rules, with a real Prometheus that scrapes both services."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.conftest import ROOT
from tests.support.processes import started, unused_port, wait_until
from tests.support.standby import primary_and_standby

FOLDER = ROOT / "deploy" / "observability"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
MAY_BE_EMPTY = {"Whole reads and redraws"}
"""Panels of events that must never happen; their metrics exist, too."""

needs_prometheus = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("promtool")),
    reason="Prometheus is not installed (Debian: sudo apt install prometheus)",
)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dashboard", FOLDER / "dashboard.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_dashboard_is_the_one_that_the_script_writes() -> None:
    assert script().text() == (FOLDER / "dashboard.json").read_text("utf-8")


def test_each_alert_has_a_runbook() -> None:
    anchors = {
        line[4:].lower() for line in (ROOT / "docs/operations.md").read_text().splitlines() if line[:4] == "### "
    }
    runbooks = re.findall(r"runbook: docs/operations\.md#(\w+)", (FOLDER / "alerts.yaml").read_text("utf-8"))
    alerts = re.findall(r"alert: (\w+)", (FOLDER / "alerts.yaml").read_text("utf-8"))
    assert [alert.lower() for alert in alerts] == runbooks
    assert set(runbooks) <= anchors


@needs_prometheus
@pytest.mark.parametrize("arguments", [("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")])
def test_promtool_accepts_the_alerts(arguments: tuple[str, ...]) -> None:
    checked = subprocess.run(["promtool", *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture(scope="module")
def catalogue() -> Iterator[str]:
    """Give the address of a primary with the built-in books, and of a standby, from which draws come."""
    with primary_and_standby() as pair:
        for command in (["alembic", "upgrade", "head"], ["seed"]):
            environ = {**os.environ, "DATABASE_URL": pair.primary}
            subprocess.run([sys.executable, "-m", *command], env=environ, check=True, capture_output=True)
        pair.until_caught_up()
        yield pair.both


@pytest.fixture(scope="module")
def prometheus(catalogue: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run both services and a Prometheus that scrapes them; give its address."""
    folder = tmp_path_factory.mktemp("prometheus")
    service, page, service_metrics, page_metrics, address = (f"127.0.0.1:{unused_port()}" for _ in range(5))
    jobs = [("recommendations", service_metrics), ("marketplace", page_metrics)]
    scrapes = [{"job_name": job, "static_configs": [{"targets": [target]}]} for job, target in jobs]
    config = {"global": {"scrape_interval": "200ms"}, "rule_files": [str(FOLDER / "alerts.yaml")]}
    (folder / "prometheus.json").write_text(json.dumps({**config, "scrape_configs": scrapes}))
    with (
        started("recommendations", subprocess.DEVNULL, DATABASE_URL=catalogue, RECOMMENDATIONS_LISTEN=service,
                RECOMMENDATIONS_METRICS_LISTEN=service_metrics),
        started("marketplace", subprocess.DEVNULL, MARKETPLACE_LISTEN=page, RECOMMENDATIONS_TARGET=service,
                MARKETPLACE_METRICS_LISTEN=page_metrics),
        (folder / "log").open("wb") as log,
    ):  # fmt: skip
        command = ["prometheus", f"--config.file={folder}/prometheus.json", f"--storage.tsdb.path={folder}/data"]
        process = subprocess.Popen([*command, f"--web.listen-address={address}"], stdout=log, stderr=log)
        try:
            wait_until(lambda: answers(f"http://{page}/readyz"))
            wait_until(lambda: answers(f"http://{address}/-/ready"))

            def is_measured() -> bool:
                answers(f"http://{page}/")
                return len(result(address, 'rate(marketplace_requests_total{route="/"}[10s]) > 0')) > 0

            wait_until(is_measured)
            yield address
        finally:
            process.terminate()
            process.wait()


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def result(address: str, query: str) -> list[Any]:
    with urlopen(f"http://{address}/api/v1/query?{urlencode({'query': query})}", timeout=5) as response:
        values: list[Any] = json.load(response)["data"]["result"]
        return values


def empty_queries(address: str) -> list[str]:
    """Return the dashboard's queries that return no data."""
    queries = [
        target["expr"].replace("$__rate_interval", "10s")
        for panel in DASHBOARD["panels"]
        if panel["title"] not in MAY_BE_EMPTY
        for target in panel["targets"]
    ]
    return [query for query in queries if not result(address, query)]


@needs_prometheus
def test_every_query_of_the_dashboard_returns_data(prometheus: str) -> None:
    # A rate needs two scrapes of each service.
    with contextlib.suppress(AssertionError):
        wait_until(lambda: not empty_queries(prometheus), timeout_s=30)
    assert empty_queries(prometheus) == []
    metadata = f"http://{prometheus}/api/v1/metadata"
    with urlopen(metadata, timeout=5) as response:
        known = set(json.load(response)["data"])
    used = set(re.findall(r"\b(?:marketplace|recommendations|process)_\w+", json.dumps(DASHBOARD)))
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in used} <= known


@needs_prometheus
def test_a_healthy_shop_fires_no_alert(prometheus: str) -> None:
    assert result(prometheus, 'ALERTS{alertstate="firing"}') == []
