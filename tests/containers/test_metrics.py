"""Metrics are only reachable in the containers' own networks."""

import pytest

from tests.support.compose_stack import Stack

READ = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())"


@pytest.mark.parametrize(
    ("address", "metric"),
    [("recommendations:9464", "recommendations_calls_total"), ("marketplace:9465", "marketplace_requests_total")],
)
def test_metrics_are_read_in_the_network_and_not_published(stack: Stack, address: str, metric: str) -> None:
    service, _, port = address.partition(":")
    assert metric in stack.compose(f'exec -T marketplace python -c "{READ}" http://{address}/metrics')
    assert f"{port}/tcp" not in stack.inspect(stack.container(service))["HostConfig"]["PortBindings"]
