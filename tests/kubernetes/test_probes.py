"""What the manifests expect of a running shop exists: the paths of the probes, the metrics of the autoscalers."""

import re
from collections.abc import Iterator
from urllib.request import urlopen

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import ROOT, DatabaseServer
from tests.kubernetes.conftest import Resource, container, of_kind, pods, rendered
from tests.support.processes import unused_port
from tests.support.scrapes import Scrapes
from tests.support.whole_shop import RunningShop, run_module, until_ready

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


@pytest.fixture(scope="module")
def metrics() -> list[Scrapes]:
    return [Scrapes(f"127.0.0.1:{unused_port()}") for _ in range(2)]


@pytest.fixture(scope="module")
def shop(
    database_server: DatabaseServer,
    seeded_template: str,
    metrics: list[Scrapes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningShop]:
    rendered("production")
    log = tmp_path_factory.mktemp("shop") / "log"
    page, service = (f"127.0.0.1:{unused_port()}" for _ in range(2))
    with (
        fresh_database(database_server.url, seeded_template) as url,
        run_module("recommendations", log, DATABASE_URL=url, RECOMMENDATIONS_LISTEN=service,
                   RECOMMENDATIONS_METRICS_LISTEN=metrics[0].address),
        run_module("marketplace", log, MARKETPLACE_LISTEN=page, RECOMMENDATIONS_TARGET=service,
                   MARKETPLACE_METRICS_LISTEN=metrics[1].address),
    ):  # fmt: skip
        shop = RunningShop(f"http://{page}", service, url)
        until_ready(shop)
        yield shop


def test_every_service_is_probed(resources: list[Resource]) -> None:
    for name in of_kind(resources, "Deployment"):
        assert set(PROBES) <= container(pods(resources)[name]).keys()


def test_each_probe_names_a_port_of_its_container(resources: list[Resource]) -> None:
    for name in of_kind(resources, "Deployment"):
        own = container(pods(resources)[name])
        ports = {port["name"] for port in own["ports"]} | {port["containerPort"] for port in own["ports"]}
        for probe in (own[kind] for kind in PROBES):
            target = probe.get("httpGet") or probe.get("grpc") or probe.get("tcpSocket")
            assert target is None or target["port"] in ports
            program = probe.get("exec", {}).get("command")
            assert program is None or f" {program[-1]}\n" in (ROOT / "Dockerfile").read_text()


def test_each_probes_path_is_served(resources: list[Resource], shop: RunningShop) -> None:
    own = container(pods(resources)["marketplace"])
    paths = {own[kind]["httpGet"]["path"] for kind in PROBES}
    for path in paths:
        with urlopen(f"{shop.address}{path}", timeout=5) as answer:
            assert answer.status == 200


def test_the_service_answers_kubernetes_own_probe(shop: RunningShop) -> None:
    probe = container(pods(rendered("development"))["recommendations"])["readinessProbe"]["grpc"]
    with grpc.insecure_channel(shop.service) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(  # type: ignore[attr-defined]
            health_pb2.HealthCheckRequest(service=probe.get("service", "")), timeout=5
        )
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_each_metric_of_an_autoscaler_is_exported(
    resources: list[Resource], shop: RunningShop, metrics: list[Scrapes]
) -> None:
    exported = set(re.findall(r"^(\w+)", "".join(scrapes.text() for scrapes in metrics), re.MULTILINE))
    for scaler in of_kind(resources, "HorizontalPodAutoscaler").values():
        for metric in scaler["spec"]["metrics"]:
            assert metric["pods"]["metric"]["name"] in exported
