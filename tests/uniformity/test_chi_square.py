"""Tests of the chi-square test itself: against a table, and with methods that it must accept or reject."""

from random import Random

import pytest

from tests.support.chi_square import FALSE_ALARM, p_of_books, p_of_cells, p_of_pairs, survival, together


# Critical values of NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.4.
@pytest.mark.parametrize(
    ("chi_square", "degrees", "chance"),
    [
        (3.841, 1, 0.05),
        (10.828, 1, 0.001),
        (18.307, 10, 0.05),
        (29.588, 10, 0.001),
        (124.342, 100, 0.05),
        (149.449, 100, 0.001),
    ],
)
def test_the_chance_of_a_larger_value_is_that_of_the_table(chi_square: float, degrees: int, chance: float) -> None:
    assert survival(chi_square, degrees) == pytest.approx(chance, rel=2e-3)


@pytest.mark.parametrize("degrees", [1, 2, 11, 131, 1_000])
def test_both_calculations_agree(degrees: int) -> None:
    below, above = survival(degrees + 1.999999, degrees), survival(degrees + 2.000001, degrees)
    assert below == pytest.approx(above, rel=1e-4)
    assert 0 < above < below < 1


BOOKS = range(100, 112)


def test_p_values_of_a_uniform_method_are_spread_evenly() -> None:
    random = Random(3)
    runs = [[random.sample(BOOKS, 2) for _ in range(1_500)] for _ in range(200)]
    spread = [
        p_of_cells((int(judge(answers, BOOKS) * 10) for answers in runs), range(10))
        for judge in (p_of_books, p_of_pairs)
    ]
    assert together(*spread) > FALSE_ALARM


def test_p_values_put_together_are_no_more_often_small_than_one() -> None:
    random = Random(5)
    small = sum(together(*(random.random() for _ in range(4))) < 0.05 for _ in range(10_000))
    assert 400 < small < 600


def test_each_of_those_put_together_can_reject() -> None:
    for place in range(3):
        assert together(*(FALSE_ALARM / 10 if other == place else 0.5 for other in range(3))) < FALSE_ALARM
    assert together(0.5, 0.9) == 1.0


def test_a_book_that_is_a_tenth_more_likely_is_found() -> None:
    random = Random(4)
    answers = [[random.choices(BOOKS, [1.1] + [1.0] * 11)[0]] for _ in range(100_000)]
    assert p_of_books(answers, BOOKS) < FALSE_ALARM
    assert p_of_cells((book for (book,) in answers), BOOKS) < FALSE_ALARM
