"""Chi-square tests without a statistics library.

A p-value here is the chance that a truly uniform method looks at least this uneven.
"""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from itertools import permutations

FALSE_ALARM = 1e-6
"""A test fails if its p-value is below this. Without fixed seeds, a correct method would fail once in a million runs.

A test with several p-values combines them with `together`, so that this holds for the whole test.
"""

_PRECISION = 1e-15


def survival(chi_square: float, degrees: int) -> float:
    """Return the chance of a larger value than this with these degrees of freedom.

    It is the regularized upper incomplete gamma function Q(degrees / 2, chi_square / 2), by
    its series below the mean and its continued fraction above (NIST DLMF 8.11.4 and 8.9.2;
    evaluated by Lentz's method as in Numerical Recipes, section 6.2).
    """
    a, x = degrees / 2, chi_square / 2
    if x <= 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    return 1.0 - scale * _series(a, x) if x < a + 1 else scale * _fraction(a, x)


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    step = a
    while term > total * _PRECISION:
        step += 1
        term *= x / step
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c, d = math.inf, 1 / b
    total, change, step = d, 0.0, 0
    while abs(change - 1) > _PRECISION:
        step += 1
        numerator = -step * (step - a)
        b += 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        change = c * d
        total *= change
    return total


def p_of_cells(seen: Iterable[Hashable], cells: Collection[Hashable]) -> float:
    """Return the p-value of "each of these cells is equally likely", for independent observations."""
    counts = Counter(seen)
    assert set(counts) <= set(cells), "something was drawn that is not among the cells"
    expected = counts.total() / len(cells)
    assert expected >= 5, "too few draws per cell"
    return survival(sum((counts[cell] - expected) ** 2 for cell in cells) / expected, len(cells) - 1)


def p_of_books(answers: Iterable[Sequence[int]], books: Collection[int]) -> float:
    """Return the p-value of "each of these books is equally likely to be in an answer".

    Answers hold distinct books, so the counts vary less than independent ones: an answer with
    j of the S books adds j/S (1 - j/S) to each count's variance, and all counts sum to a given
    number. Other books in the answers are ignored.
    """
    total, variance, size = Counter[int](), 0.0, len(books)
    wanted = set(books)
    for answer in answers:
        met = [book for book in answer if book in wanted]
        total.update(met)
        variance += len(met) / size * (1 - len(met) / size)
    mean = total.total() / size
    assert mean >= 5, "too few draws per book"
    deviations = sum((total[book] - mean) ** 2 for book in books)
    return survival(deviations * (size - 1) / size / variance, size - 1)


def p_of_shares(answers: Iterable[Sequence[int]], books: Sequence[int], groups: int) -> float:
    """Return the p-value of "each of these equal groups of neighbouring books has an equal share of the answers".

    An answer of k of the N books adds k (N - k) / (N - 1) times 1/groups (1 - 1/groups) to
    each group's variance: the hypergeometric distribution's.
    """
    total, variance, size = Counter[int](), 0.0, len(books) // groups
    group_of = {book: place // size for place, book in enumerate(books)}
    for answer in answers:
        total.update(map(group_of.__getitem__, answer))
        variance += len(answer) * (len(books) - len(answer)) / (len(books) - 1) / groups * (1 - 1 / groups)
    mean = total.total() / groups
    deviations = sum((total[group] - mean) ** 2 for group in range(groups))
    return survival(deviations * (groups - 1) / groups / variance, groups - 1)


def p_of_pairs(answers: Iterable[Sequence[int]], books: Collection[int]) -> float:
    """Return the p-value of "each ordered pair of these books is equally likely" for answers of two."""
    return p_of_cells(((first, second) for first, second in answers), list(permutations(books, 2)))


def p_of_places(answers: Sequence[Sequence[int]], books: Collection[int]) -> float:
    """Return the p-value of "each book is equally likely at each place"."""
    return together(*(p_of_cells(place, books) for place in zip(*answers, strict=True)))


def together(*p_values: float) -> float:
    """Return the p-value of "all of these hold", by Bonferroni's bound: the least one times their number."""
    return min(1.0, min(p_values) * len(p_values))
