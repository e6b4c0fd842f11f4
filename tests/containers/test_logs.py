"""`docker compose logs`: one JSON object per line, and the same id for one request in both services."""

import json
from typing import Any

import pytest

from tests.support.compose_stack import Stack, eventually

CLEAR_LINE = "\x1b[2K"
"""Compose 2.26 puts this before each line, wherever it writes."""


def lines_of(stack: Stack, service: str) -> list[dict[str, Any]]:
    """Return the lines of a service's log; each must be a JSON object and nothing else."""
    lines = stack.compose(f"logs --no-log-prefix {service}").splitlines()
    return [json.loads(line.removeprefix(CLEAR_LINE)) for line in lines]


def about(stack: Stack, service: str, request_id: str) -> list[dict[str, Any]]:
    return [line for line in lines_of(stack, service) if line.get("request_id") == request_id]


@pytest.mark.parametrize(
    ("path", "route", "call"),
    [("/", "/", "RecommendShelves"), ("/categories/mystery", "/categories/<slug>", "RecommendBooks")],
)
def test_both_services_log_a_request_with_the_same_id(stack: Stack, path: str, route: str, call: str) -> None:
    stack.wait_for_page(within_s=30)
    request_id = stack.get(path).headers["x-request-id"]
    eventually(lambda: bool(about(stack, "marketplace", request_id)), within_s=5)
    eventually(lambda: bool(about(stack, "recommendations", request_id)), within_s=5)

    (page,) = about(stack, "marketplace", request_id)
    (drawn,) = [line for line in about(stack, "recommendations", request_id) if line["method"] == call]
    assert (page["method"], page["route"], page["status"]) == ("GET", route, 200)
    assert drawn["status"] == "OK"


@pytest.mark.parametrize("service", ["marketplace", "recommendations"])
def test_every_line_has_a_time_and_a_level(stack: Stack, service: str) -> None:
    lines = lines_of(stack, service)

    assert any("listening at" in line.get("message", "") for line in lines)
    assert all(line["time"].endswith("Z") and line["level"] for line in lines)
