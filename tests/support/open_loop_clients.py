"""Clients of the page in open loop: a fixed rate of requests, independent of the answers."""

import http.client
import threading
import time
from dataclasses import dataclass, field
from typing import Self

THREADS = 24
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class PageRequest:
    """One request of a page."""

    status: int
    """0 without an answer."""
    seconds: float
    """From the due time, so that the wait of a client counts."""
    sound: bool
    """Whether it was a complete page: with books, or an error with Retry-After."""
    due_s: float
    """When it was due, in seconds since the clients began."""


@dataclass
class OpenLoopClients:
    """Clients of a page on a local port; the context manager waits for all of them."""

    port: int
    rate: float = 100.0
    path: str = "/"
    threads: int = THREADS
    requests: list[PageRequest] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(self.threads)]

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

    def now_s(self) -> float:
        """Return the seconds since the clients began, the clock of `PageRequest.due_s`."""
        return time.monotonic() - self._began

    @property
    def failed(self) -> list[PageRequest]:
        return [request for request in self.requests if request.status != http.HTTPStatus.OK]

    @property
    def pages_per_s(self) -> float:
        """The achieved rate, after all clients have finished."""
        return len(self.requests) / (self._ended - self._began)

    def quantile_ms(self, share: float) -> float:
        """Return a quantile of the latency in milliseconds."""
        times = sorted(request.seconds for request in self.requests)
        return times[min(len(times) - 1, int(share * len(times)))] * 1e3

    def summary(self) -> str:
        quantiles = (f"p{100 * share:.0f} {self.quantile_ms(share):.0f} ms" for share in (0.5, 0.99, 1))
        return f"{len(self.requests)} pages, {len(self.failed)} failed, {', '.join(quantiles)}"

    def _send(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        turn = number
        while not self._stop.wait(max(0.0, self._began + turn / self.rate - time.monotonic())):
            due = self._began + turn / self.rate
            turn += self.threads
            try:
                connection.request("GET", self.path)
                reply = connection.getresponse()
                body = reply.read()
                sound = b"</html>" in body and (reply.status == http.HTTPStatus.OK or reply.getheader("Retry-After"))
                self.requests.append(PageRequest(reply.status, time.monotonic() - due, bool(sound), due - self._began))
            except (OSError, http.client.HTTPException):
                connection.close()
                self.requests.append(PageRequest(0, time.monotonic() - due, False, due - self._began))  # noqa: FBT003
        connection.close()
