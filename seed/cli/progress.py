"""Shows the progress of a load: a bar on a terminal, otherwise a line every few seconds."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn, Self, TextIO, TypeVar

from tqdm import tqdm

LINE_INTERVAL_S = 5.0
_CHECK_INTERVAL_ROWS = 512
READING_SHARE = 0.35
"""The share of a first load's time that reading the file takes; the steps in PostgreSQL take the rest."""

_BAR = "Loading {percentage:3.0f}% |{bar}| {desc}, {remaining} left"
_BAR_WITHOUT_END = "Loading {elapsed} {desc}"

Item = TypeVar("Item")


class Progress:
    """Writes to a stream how many rows have been read, how fast, and the time left."""

    def __init__(self, stream: TextIO, *, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._quiet = quiet
        self._clock = clock
        self._bar: tqdm[NoReturn] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Close the bar, after completing it unless the load has failed."""
        if self._bar is not None:
            if failure is None:
                self.advance("done", 1)
            self._bar.close()

    def advance(self, step: str, fraction: float) -> None:
        """Show the step in the bar, and the fraction of the load that is done before it."""
        if self._bar is not None:
            self._bar.set_description_str(step, refresh=False)
            self._bar.update((self._bar.total or 0) * fraction - self._bar.n)
            self._bar.refresh()

    def log(self, sentence: str) -> None:
        """Write a line, unless the progress is quiet."""
        if not self._quiet:
            # tqdm clears the bar, writes the line and draws the bar again below.
            tqdm.write(sentence, file=self._stream)
            self._stream.flush()

    def track(self, rows: Iterable[Item], *, bytes_read: Callable[[], int], size: int | None) -> Iterator[Item]:
        """Yield the rows and show the progress meanwhile.

        Args:
            rows: read one by one.
            bytes_read: returns how much of the file has been read, for the time left.
            size: of the whole file in bytes; None if unknown.
        """
        if self._quiet:
            return iter(rows)
        if self._stream.isatty():
            return self._with_bar(rows, bytes_read, size)
        return self._with_lines(rows, bytes_read, size)

    def _with_bar(self, rows: Iterable[Item], bytes_read: Callable[[], int], size: int | None) -> Iterator[Item]:
        started = self._clock()
        layout = _BAR if size else _BAR_WITHOUT_END
        total = size and size / READING_SHARE
        # Without smoothing, the time left is estimated from all work so far, also after a step.
        self._bar = bar = tqdm(
            total=total, file=self._stream, bar_format=layout, desc="0 rows", dynamic_ncols=True, smoothing=0
        )

        def show(count: int) -> None:
            rate = count / max(self._clock() - started, 0.001)
            bar.set_description_str(f"{count:,} rows, {rate:,.0f} a second", refresh=False)
            bar.update(bytes_read() - bar.n)

        count = 0
        for count, row in enumerate(rows, start=1):
            yield row
            if count % _CHECK_INTERVAL_ROWS == 0:
                show(count)
        show(count)
        bar.refresh()

    def _with_lines(self, rows: Iterable[Item], bytes_read: Callable[[], int], size: int | None) -> Iterator[Item]:
        started = last_line = self._clock()
        for count, row in enumerate(rows, start=1):
            yield row
            if count % _CHECK_INTERVAL_ROWS == 0 and (now := self._clock()) - last_line >= LINE_INTERVAL_S:
                last_line = now
                fraction = bytes_read() / size if size else 0
                left = f", about {(now - started) * (1 - fraction) / fraction:.0f} s left" if fraction else ""
                self.log(f"{count:,} rows read, {count / (now - started):,.0f} a second{left}")
