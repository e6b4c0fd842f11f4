"""A steady stream of visitors: so many pages a second, whether the last ones were answered or not."""

import http.client
import threading
import time
from dataclasses import dataclass, field
from typing import Self

THREADS = 24
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Visit:
    """One page asked for."""

    status: int
    """0 if nothing came."""
    seconds: float
    """From the moment it was to be asked for, so that a queue of visitors counts."""
    sound: bool
    """Whether it was a whole page: with books, or with a sentence and Retry-After."""


@dataclass
class Visitors:
    """Visitors of a page at a port of this computer; a context manager, at whose end all have left."""

    port: int
    rate: float = 100.0
    path: str = "/"
    threads: int = THREADS
    visits: list[Visit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._visit, args=(number,)) for number in range(self.threads)]

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._ended = time.monotonic()

    @property
    def failed(self) -> list[Visit]:
        return [visit for visit in self.visits if visit.status != http.HTTPStatus.OK]

    @property
    def pages_per_s(self) -> float:
        """How many of them there really were in a second, once all have left."""
        return len(self.visits) / (self._ended - self._began)

    def quantile_ms(self, share: float) -> float:
        """Return how long this share of the visits took at most, in milliseconds."""
        times = sorted(visit.seconds for visit in self.visits)
        return times[min(len(times) - 1, int(share * len(times)))] * 1e3

    def told(self) -> str:
        found = ", ".join(f"p{share:.0%} {self.quantile_ms(share):.0f} ms".replace("%", "") for share in (0.5, 0.99, 1))
        return f"{len(self.visits)} pages, {len(self.failed)} failed, {found}"

    def _visit(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        turn = number
        while not self._stop.wait(max(0.0, self._began + turn / self.rate - time.monotonic())):
            due = self._began + turn / self.rate
            turn += self.threads
            try:
                connection.request("GET", self.path)
                reply = connection.getresponse()
                body = reply.read()
                sound = b"</html>" in body and (reply.status == http.HTTPStatus.OK or reply.getheader("Retry-After"))
                self.visits.append(Visit(reply.status, time.monotonic() - due, bool(sound)))
            except (OSError, http.client.HTTPException):
                connection.close()
                self.visits.append(Visit(0, time.monotonic() - due, sound=False))
        connection.close()
