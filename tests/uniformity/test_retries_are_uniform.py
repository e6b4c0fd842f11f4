"""A second attempt at a draw is uniform only if it does not depend on the books of the first.

The page never races attempts: gRPC retries a call on another replica after its connection has closed, and a connection
closes because the replica answers no pings, whatever books a call draws. Half of the books are slow here, as if they
were not cached; a draw takes as long as its slowest book.
"""

from collections.abc import Callable
from random import Random

import pytest

from recommendations.domain.shuffle import shuffled
from tests.support.chi_square import FALSE_ALARM, p_of_books, p_of_pairs, p_of_places, together

BOOKS = range(1, 21)
SLOW_BOOKS = range(1, 21, 2)
COUNT = 2
DRAWS = 15_000
HANGS = 0.5
"""The chance that the replica of the first attempt hangs."""


def draw(random: Random) -> list[int]:
    return shuffled(random.getrandbits(64), len(BOOKS), 0, COUNT)


def duration_s(books: list[int], random: Random) -> float:
    """Return how long a draw takes, with noise that is smaller than the effect of a slow book."""
    return 0.1 * any(book in SLOW_BOOKS for book in books) + 0.01 * random.random()


def retried_after_the_connection_closed(random: Random) -> list[int]:
    """Draw as the page does: the first attempt is given up because its replica hangs."""
    first, second = draw(random), draw(random)
    return second if random.random() < HANGS else first


def racing(random: Random) -> list[int]:
    """Send two independent draws and take the faster one."""
    return min(draw(random), draw(random), key=lambda books: duration_s(books, random))


def retried_when_slow(random: Random) -> list[int]:
    """Replace a draw that exceeds a deadline by another draw."""
    first = draw(random)
    return first if duration_s(first, random) < 0.05 else draw(random)


def test_a_retry_after_a_closed_connection_is_uniform() -> None:
    random = Random(1)
    answers = [retried_after_the_connection_closed(random) for _ in range(DRAWS)]

    assert together(*(judge(answers, BOOKS) for judge in (p_of_books, p_of_pairs, p_of_places))) > FALSE_ALARM


@pytest.mark.parametrize("wrong", [racing, retried_when_slow])
def test_control_attempts_that_depend_on_the_speed_of_the_books_are_rejected(
    wrong: Callable[[Random], list[int]],
) -> None:
    random = Random(2)
    answers = [wrong(random) for _ in range(DRAWS)]

    for judge in (p_of_books, p_of_pairs, p_of_places):
        assert judge(answers, BOOKS) < FALSE_ALARM
