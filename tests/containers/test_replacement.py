"""Replicas are added, replaced and killed while the shop is open.

By default the streams of visitors are short, and the claim is that no page fails. `VISITS_S=60` makes the full test,
which also holds the slowest pages against those of a quiet minute; `-s` shows its figures.
"""

import os
import time
from collections.abc import Callable, Iterator

import pytest

from tests.containers.stack import Stack, eventually, fresh_stack, kill_main_process
from tests.containers.visitors import Visitors

RATE = 100.0
VISITS_S = float(os.environ.get("VISITS_S", "10"))
NOISE_MS = 50.0
"""Below this a quantile tells more of the computer than of the shop."""

FULL_S = 60.0
"""In a shorter stream the moments of a restart are more than the hundredth that p99 leaves out."""

BUSY_MS = 60.0
"""If half of the pages take longer than this while nothing happens, the computer is busy with something else."""

ROUNDS = 3
"""How often the times are taken, if others use the computer meanwhile: no page may fail in any round, and in one of
them few may be late."""

MAX_AGE_S = 10.0
"""After this long the service ends a connection, whereupon the marketplace asks anew who is there; gRPC varies it by a
tenth."""


@pytest.fixture(scope="module")
def pair(images: Stack) -> Iterator[Stack]:
    """Give a stack whose recommendations service has been scaled to two replicas while it was open."""
    with fresh_stack("pair") as stack:
        stack.compose("up --detach --wait marketplace")
        stack.compose("up --detach --wait --no-recreate --scale recommendations=2 marketplace")
        yield stack


def all_are_called(stack: Stack) -> bool:
    """Tell whether each replica answers some of ten pages."""
    replicas = stack.containers("recommendations")
    before = [stack.run(f"docker logs {one}").count("RecommendShelves") for one in replicas]
    for _ in range(10):
        stack.get("/")
    after = [stack.run(f"docker logs {one}").count("RecommendShelves") for one in replicas]
    return all(new > old for new, old in zip(after, before, strict=True))


def quiet(_: Stack) -> None:
    """Do nothing."""


def roll(stack: Stack) -> None:
    """Restart both, the second when the first is well and known again."""
    for replica in stack.containers("recommendations"):
        stack.run(f"docker restart {replica}")
        eventually(lambda: set(stack.health("recommendations")) == {"healthy"}, within_s=20, every_s=1)
        eventually(lambda: all_are_called(stack), MAX_AGE_S * 1.5, every_s=1)


def kill_one(stack: Stack) -> None:
    kill_main_process(stack, stack.containers("recommendations")[0])
    eventually(lambda: set(stack.health("recommendations")) == {"healthy"}, within_s=20, every_s=1)


def visited_during(stack: Stack, deed: Callable[[Stack], None]) -> Visitors:
    """Send a steady stream of visitors, and do a deed a moment after it has begun."""
    with Visitors(stack.port, rate=RATE) as visitors:
        end = time.monotonic() + VISITS_S
        eventually(lambda: len(visitors.visits) > RATE, within_s=10)
        deed(stack)
        time.sleep(max(0.0, end - time.monotonic()))  # the stream's own length; nothing is waited for
    print(f"\n{deed.__name__}: {visitors.told()}")  # noqa: T201  # the figures of the full test
    return visitors


def test_a_new_replica_is_found_within_the_age_of_a_connection(pair: Stack) -> None:
    assert len(pair.containers("recommendations")) == 2
    eventually(lambda: all_are_called(pair), MAX_AGE_S * 1.5)


@pytest.mark.parametrize("deed", [roll, kill_one])
def test_no_page_fails_and_few_are_late_while_replicas(pair: Stack, deed: Callable[[Stack], None]) -> None:
    eventually(lambda: all_are_called(pair), MAX_AGE_S * 1.5)
    late = []
    for _ in range(ROUNDS):
        usual = visited_during(pair, quiet)
        if usual.quantile_ms(0.5) > BUSY_MS:
            continue
        visitors = visited_during(pair, deed)
        assert usual.failed == visitors.failed == []
        if VISITS_S < FULL_S:
            return
        allowed_ms = max(2 * usual.quantile_ms(0.99), NOISE_MS)
        if visitors.quantile_ms(0.99) <= allowed_ms:
            return
        late.append(f"p99 {visitors.quantile_ms(0.99):.0f} ms, where {allowed_ms:.0f} ms were allowed")
    if not late:
        pytest.skip(f"this computer cannot serve {RATE:.0f} pages a second now, even while nothing happens")
    pytest.fail("\n".join(late))
