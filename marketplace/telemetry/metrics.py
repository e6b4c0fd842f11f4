"""Counters, histograms and gauges of one process, and their text for Prometheus.

Like `recommendations/telemetry/metrics.py`, but thread-safe. The two services share no code.
"""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, Protocol, TypeAlias

Labels: TypeAlias = tuple[str, ...]
"""The values of a metric's labels, in the order of their names."""

DURATION_BOUNDS_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 2.0)

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Sample(NamedTuple):
    """One value: the suffix that its name adds to the metric's, its labels as pairs, and the number."""

    suffix: str
    labels: tuple[tuple[str, str], ...]
    value: float


class Family(NamedTuple):
    """All values of a metric."""

    name: str
    kind: str
    help: str
    samples: list[Sample]


class Metric(Protocol):
    """Something that can be scraped, from any thread."""

    def family(self) -> Family:
        """Return the values now."""


class Counter:
    """Counts events by labels."""

    def __init__(self, name: str, help_text: str, label_names: Sequence[str] = ()) -> None:
        self._name, self._help, self._label_names = name, help_text, label_names
        self._lock = threading.Lock()
        self._values: defaultdict[Labels, float] = defaultdict(float)
        if not label_names:
            self._values[()] = 0.0

    def add(self, labels: Labels = ()) -> None:
        """Count one more."""
        with self._lock:
            self._values[labels] += 1

    def family(self) -> Family:
        """Return a value for each combination of labels so far."""
        with self._lock:
            values = self._values.copy()
        samples = [Sample("", _pairs(self._label_names, labels), value) for labels, value in values.items()]
        return Family(self._name, "counter", self._help, samples)


class Histogram:
    """Counts values by size and labels."""

    def __init__(self, name: str, help_text: str, bounds: Sequence[float], label_names: Sequence[str] = ()) -> None:
        self._name, self._help, self._label_names, self._bounds = name, help_text, label_names, bounds
        self._lock = threading.Lock()
        self._counts: defaultdict[Labels, list[int]] = defaultdict(lambda: [0] * (len(bounds) + 1))
        self._sums: defaultdict[Labels, float] = defaultdict(float)

    def observe(self, value: float, labels: Labels = ()) -> None:
        """Count a value."""
        index = bisect_left(self._bounds, value)
        with self._lock:
            self._counts[labels][index] += 1
            self._sums[labels] += value

    def family(self) -> Family:
        """Return the cumulative counts, the sum and the number of values."""
        with self._lock:
            series = [(labels, counts.copy(), self._sums[labels]) for labels, counts in self._counts.items()]
        samples = [sample for labels, counts, total in series for sample in self._samples(labels, counts, total)]
        return Family(self._name, "histogram", self._help, samples)

    def _samples(self, labels: Labels, counts: list[int], total: float) -> Iterator[Sample]:
        pairs = _pairs(self._label_names, labels)
        totals = list(accumulate(counts))
        for bound, count in zip([*(f"{bound:g}" for bound in self._bounds), "+Inf"], totals, strict=True):
            yield Sample("_bucket", (*pairs, ("le", bound)), count)
        yield Sample("_sum", pairs, total)
        yield Sample("_count", pairs, totals[-1])


class Reading:
    """A value that is kept elsewhere and read at each scrape. If its name ends in _total, it is a counter."""

    def __init__(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        self._name, self._help, self._read = name, help_text, read
        self._kind = "counter" if name.endswith("_total") else "gauge"

    def family(self) -> Family:
        """Read the value."""
        return Family(self._name, self._kind, self._help, [Sample("", (), self._read())])


def add_up(families: Iterable[Family]) -> list[Family]:
    """Merge the families of several processes by name, and add up their values."""
    sums: dict[str, tuple[Family, dict[tuple[str, tuple[tuple[str, str], ...]], float]]] = {}
    for family in families:
        _, values = sums.setdefault(family.name, (family, {}))
        for suffix, labels, value in family.samples:
            values[suffix, labels] = values.get((suffix, labels), 0) + value
    return [
        family._replace(samples=[Sample(*key, value) for key, value in values.items()])
        for family, values in sums.values()
    ]


def render(families: Iterable[Family]) -> str:
    """Return the families in Prometheus' text format 0.0.4."""
    lines: list[str] = []
    for name, kind, help_text, samples in families:
        lines += [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
        for suffix, labels, value in samples:
            pairs = ",".join(f'{label}="{text.translate(_ESCAPES)}"' for label, text in labels)
            lines.append(f"{name}{suffix}{{{pairs}}} {value!r}" if pairs else f"{name}{suffix} {value!r}")
    return "\n".join(lines) + "\n"


def _pairs(names: Sequence[str], values: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(zip(names, values, strict=True))
