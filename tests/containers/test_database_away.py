"""PostgreSQL stops under the running stack, and returns."""

from tests.support.compose_stack import Stack, eventually

SEEN_BY_DOCKER_S = 30.0
"""Docker checks every 2 s and needs two failures; each check starts Python, which is slow on a busy computer."""


def test_the_page_reports_an_outage_of_postgres_in_time_and_recovers_after_it(stack: Stack) -> None:
    stack.wait_for_page(within_s=5)
    stack.compose("stop postgres")
    page = stack.get("/")
    assert page.status == 503
    assert page.seconds < 2.5
    assert "<html" in page.body
    assert "retry-after" in page.headers
    eventually(lambda: stack.get("/readyz").status == 503, within_s=2)
    assert stack.grpc_health() == "NOT_SERVING"
    stack.compose("start postgres")
    stack.wait_for_page(within_s=2)
    assert stack.grpc_health() == "SERVING"


def test_docker_sees_the_health_of_both_services(stack: Stack) -> None:
    def both_are(health: str) -> bool:
        return all(stack.health(part) == [health] for part in ("recommendations", "marketplace"))

    stack.compose("stop postgres")
    eventually(lambda: both_are("unhealthy"), SEEN_BY_DOCKER_S, every_s=0.5)
    stack.compose("start postgres")
    eventually(lambda: both_are("healthy"), SEEN_BY_DOCKER_S, every_s=0.5)


def test_a_proxy_of_the_environment_is_not_used_for_health_checks(stack: Stack) -> None:
    stack.wait_for_page(within_s=5)
    nowhere = "-e http_proxy=http://127.0.0.1:9 -e HTTP_PROXY=http://127.0.0.1:9"
    assert stack.compose(f"exec -T {nowhere} recommendations python healthy.py").strip() == "SERVING"
    assert stack.compose(f"exec -T {nowhere} marketplace python ready.py").strip() == "200 ok"
    output = stack.compose(f"exec -T {nowhere} marketplace pytest -q marketplace_integration_test.py -k ready")
    assert "1 passed" in output
