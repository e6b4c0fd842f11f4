"""Both services as processes that send their traces to a collector and write their logs to files."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from tests.support.processes import READY_CHECKS, started, unused_port, wait_until

if TYPE_CHECKING:
    import subprocess

FLUSH_MS = 50
STOP_S = 15
"""Far below the time limit of an export here, and far above what a slow computer needs."""


@dataclass(frozen=True)
class TracedShop:
    """The running shop."""

    folder: Path
    page: str
    target: str
    processes: "dict[str, subprocess.Popen[str]]" = field(default_factory=dict)

    def get(self, path: str, traceparent: str = "") -> str:
        """Return a page."""
        headers = {"traceparent": traceparent} if traceparent else {}
        with urlopen(Request(f"http://{self.page}{path}", headers=headers), timeout=30) as response:
            text: str = response.read().decode()
            return text

    def is_ready(self) -> bool:
        """Return whether every worker process reaches the service."""
        try:
            return all(self.get("/readyz") for _ in range(READY_CHECKS))
        except OSError:
            return False

    def stop(self) -> None:
        """Stop both by SIGTERM, and fail if one takes longer than STOP_S."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            assert process.wait(STOP_S) == 0

    def text(self, module: str) -> str:
        """Return the log of a service so far."""
        return (self.folder / f"{module}.log").read_text()

    def has(self, module: str, text: str) -> bool:
        """Return whether the log of a service contains this text."""
        return text in self.text(module)

    def lines(self, module: str, trace_id: str) -> list[dict[str, Any]]:
        """Return the lines of a trace in the log of a service."""
        lines = [json.loads(line) for line in self.text(module).splitlines()]
        return [line for line in lines if line.get("trace_id") == trace_id]


@contextmanager
def traced_shop(database_url: str, folder: Path, endpoint: str, **settings: object) -> Iterator[TracedShop]:
    """Run the shop, its page in one worker process, until the block ends; an empty endpoint switches traces off."""
    page, target = (f"127.0.0.1:{unused_port()}" for _ in range(2))
    shared = {
        "MARKETPLACE_WORKERS": 1,
        "OTEL_BSP_SCHEDULE_DELAY": FLUSH_MS,
        "OTEL_EXPORTER_OTLP_TIMEOUT": 4 * STOP_S,
        **settings,
    }
    shared |= {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint} if endpoint else {}
    shared |= {"RECOMMENDATIONS_METRICS_LISTEN": "", "MARKETPLACE_METRICS_LISTEN": ""}
    own = {
        "recommendations": {"DATABASE_URL": database_url, "RECOMMENDATIONS_LISTEN": target},
        "marketplace": {"MARKETPLACE_LISTEN": page, "RECOMMENDATIONS_TARGET": target},
    }
    with ExitStack() as stack:
        shop = TracedShop(folder, page, target)
        for module, settings_of_it in own.items():
            log = stack.enter_context((folder / f"{module}.log").open("w"))
            process = stack.enter_context(started(module, log.fileno(), **shared, **settings_of_it))
            shop.processes[module] = process
        wait_until(shop.is_ready)
        yield shop
