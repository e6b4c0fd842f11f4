"""How far a load is: a bar on a terminal, a line every few seconds elsewhere, or nothing."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

from tqdm import tqdm

LINE_EVERY_S = 5.0
_LOOK_EVERY_ROWS = 512
_BAR = "Reading {percentage:3.0f}% |{bar}| {desc}, {remaining} left"
_BAR_WITHOUT_END = "Reading {elapsed} {desc}"

Item = TypeVar("Item")


class Progress:
    """Tells on a stream how many rows have been read, how fast, and how long the rest will take."""

    def __init__(self, stream: TextIO, *, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._quiet = quiet
        self._clock = clock

    def say(self, sentence: str) -> None:
        """Tell what happens now."""
        if not self._quiet:
            # Which takes a bar off the line and shows it again below.
            tqdm.write(sentence, file=self._stream)
            self._stream.flush()

    def watch(self, rows: Iterable[Item], *, bytes_read: Callable[[], int], size: int | None) -> Iterator[Item]:
        """Yield the rows, and tell meanwhile.

        Args:
            rows: read one by one.
            bytes_read: how much of the file lies behind, for the time left.
            size: of the whole file in bytes, None if unknown.
        """
        if self._quiet:
            return iter(rows)
        if self._stream.isatty():
            return self._bar(rows, bytes_read, size)
        return self._lines(rows, bytes_read, size)

    def _bar(self, rows: Iterable[Item], bytes_read: Callable[[], int], size: int | None) -> Iterator[Item]:
        started = self._clock()
        layout = _BAR if size else _BAR_WITHOUT_END
        with tqdm(total=size, file=self._stream, bar_format=layout, desc="0 rows", dynamic_ncols=True) as bar:

            def show(count: int) -> None:
                rate = count / max(self._clock() - started, 0.001)
                bar.set_description_str(f"{count:,} rows, {rate:,.0f} a second", refresh=False)
                bar.update(bytes_read() - bar.n)

            count = 0
            for count, row in enumerate(rows, start=1):
                yield row
                if count % _LOOK_EVERY_ROWS == 0:
                    show(count)
            show(count)

    def _lines(self, rows: Iterable[Item], bytes_read: Callable[[], int], size: int | None) -> Iterator[Item]:
        started = told = self._clock()
        for count, row in enumerate(rows, start=1):
            yield row
            if count % _LOOK_EVERY_ROWS == 0 and (now := self._clock()) - told >= LINE_EVERY_S:
                told = now
                part = bytes_read() / size if size else 0
                left = f", about {(now - started) * (1 - part) / part:.0f} s left" if part else ""
                self.say(f"{count:,} rows read, {count / (now - started):,.0f} a second{left}")
