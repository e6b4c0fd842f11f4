"""Prometheus, Tempo and Grafana beside the shop, as compose and promtool read them; no container is started."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.compose_config import ROOT, merged_services

FOLDER = ROOT / "deploy" / "observability"
FILES = ("docker-compose.yaml", "deploy/observability/docker-compose.yaml")


def test_only_grafana_is_published_and_to_this_computer_alone() -> None:
    services = merged_services(*FILES)
    assert "ports" not in services["prometheus"]
    assert "ports" not in services["tempo"]
    assert [port["host_ip"] for port in services["grafana"]["ports"]] == ["127.0.0.1"]
    for name in ("prometheus", "tempo", "grafana"):
        assert (services[name]["read_only"], services[name]["cap_drop"]) == (True, ["ALL"])
        tag = services[name]["image"].rpartition(":")[2]
        assert any(character.isdigit() for character in tag)
        assert all(Path(each["source"]).exists() for each in services[name]["volumes"] if each["type"] == "bind")


def test_prometheus_shares_a_network_with_each_service_that_it_scrapes() -> None:
    services = merged_services(*FILES)
    for job in yaml.safe_load((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]:
        (names,) = [each["names"] for each in job["dns_sd_configs"]]
        for name in names:
            assert services[name]["networks"].keys() & services["prometheus"]["networks"].keys()


def test_both_services_send_their_traces_to_tempo() -> None:
    services = merged_services(*FILES)
    receivers = yaml.safe_load((FOLDER / "tempo.yaml").read_text())["distributor"]["receivers"]
    port = receivers["otlp"]["protocols"]["grpc"]["endpoint"].rpartition(":")[2]
    for name in ("marketplace", "recommendations"):
        assert services[name]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://tempo:{port}"
        assert services[name]["networks"].keys() & services["tempo"]["networks"].keys()


def test_grafana_knows_where_metrics_and_traces_are() -> None:
    sources = yaml.safe_load((FOLDER / "grafana" / "datasources.yaml").read_text())["datasources"]
    assert [source["uid"] for source in sources] == ["prometheus", "tempo"]
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    assert {panel["datasource"]["uid"] for panel in panels} == {"prometheus"}
    tempo = yaml.safe_load((FOLDER / "tempo.yaml").read_text())
    assert sources[1]["url"] == f"http://tempo:{tempo['server']['http_listen_port']}"


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool (Debian: sudo apt install prometheus)")
def test_promtool_accepts_the_configuration(tmp_path: Path) -> None:
    text = (FOLDER / "prometheus.yaml").read_text().replace("/etc/prometheus/", f"{FOLDER}/")
    (tmp_path / "prometheus.yaml").write_text(text)
    command = ["promtool", "check", "config", str(tmp_path / "prometheus.yaml")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
