"""PostgreSQL is stopped under the running stack, and comes back."""

from tests.containers.stack import Stack, eventually


def test_without_postgres_the_page_says_so_in_time_and_all_is_well_after_its_return(stack: Stack) -> None:
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
