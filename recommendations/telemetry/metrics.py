"""Counters, histograms and gauges, and their text for Prometheus.

Counting is plain Python on the event loop's thread; only a scrape pays for names, labels and text
(docs/decisions/0026-metrics.md).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, Protocol, TypeAlias

Labels: TypeAlias = tuple[str, ...]
"""The values of a metric's labels, in the order of their names."""

DURATION_BOUNDS_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 2.0, 5.0)

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Sample(NamedTuple):
    """One value, the suffix that its name adds to the metric's name, and its labels."""

    suffix: str
    labels: Mapping[str, str]
    value: float


class Metric(Protocol):
    """Something that can be scraped, from any thread."""

    name: str
    kind: str
    help: str

    def samples(self) -> Iterable[Sample]:
        """Return the current values."""


class Counter:
    """Counts events by labels."""

    kind = "counter"

    def __init__(self, name: str, help_text: str, label_names: Sequence[str] = ()) -> None:
        self.name, self.help, self._label_names = name, help_text, label_names
        self.values: defaultdict[Labels, float] = defaultdict(float)
        if not label_names:
            self.values[()] = 0.0

    def add(self, amount: float = 1, labels: Labels = ()) -> None:
        """Add this amount to the count."""
        self.values[labels] += amount

    def samples(self) -> Iterable[Sample]:
        """Return a value for each combination of labels so far."""
        for labels, value in self.values.copy().items():
            yield Sample("", dict(zip(self._label_names, labels, strict=True)), value)


class Histogram:
    """Counts values in buckets by size, for each combination of labels."""

    kind = "histogram"

    def __init__(self, name: str, help_text: str, bounds: Sequence[float], label_names: Sequence[str] = ()) -> None:
        self.name, self.help, self._label_names = name, help_text, label_names
        self._bounds = bounds
        self._counts: defaultdict[Labels, list[int]] = defaultdict(lambda: [0] * (len(bounds) + 1))
        self._sums: defaultdict[Labels, float] = defaultdict(float)

    def observe(self, value: float, labels: Labels = ()) -> None:
        """Count a value."""
        self._counts[labels][bisect_left(self._bounds, value)] += 1
        self._sums[labels] += value

    def samples(self) -> Iterable[Sample]:
        """Return the cumulative counts, the sum and the number of values."""
        bounds = [*(f"{bound:g}" for bound in self._bounds), "+Inf"]
        for values, counts in self._counts.copy().items():
            labels = dict(zip(self._label_names, values, strict=True))
            totals = list(accumulate(counts))
            for bound, total in zip(bounds, totals, strict=True):
                yield Sample("_bucket", {**labels, "le": bound}, total)
            yield Sample("_sum", labels, self._sums[values])
            yield Sample("_count", labels, totals[-1])


class Reading:
    """A gauge, or a counter that another component keeps; read at each scrape."""

    def __init__(
        self,
        name: str,
        help_text: str,
        read: Callable[[], float | Mapping[Labels, float]],
        label_names: Sequence[str] = (),
    ) -> None:
        """Read values by labels, or one value without labels; a name that ends in _total is a counter."""
        self.name, self.help, self._label_names, self._read = name, help_text, label_names, read
        self.kind = "counter" if name.endswith("_total") else "gauge"

    def samples(self) -> Iterable[Sample]:
        """Read the values."""
        values = self._read()
        # `list` copies the items of a dict atomically, even while the event loop's thread adds to it.
        for labels, value in list(values.items()) if isinstance(values, Mapping) else [((), values)]:
            yield Sample("", dict(zip(self._label_names, labels, strict=True)), value)


def render(metrics: Iterable[Metric]) -> str:
    """Return the metrics in Prometheus' text format 0.0.4."""
    lines: list[str] = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        for suffix, labels, value in metric.samples():
            pairs = ",".join(f'{name}="{text.translate(_ESCAPES)}"' for name, text in labels.items())
            lines.append(f"{metric.name}{suffix}{{{pairs}}} {value!r}" if pairs else f"{metric.name}{suffix} {value!r}")
    return "\n".join(lines) + "\n"
