"""Reads the metrics of a service as Prometheus does."""

import re
import subprocess
from dataclasses import dataclass
from urllib.request import urlopen


@dataclass(frozen=True)
class Scrapes:
    """The metrics at host:port."""

    address: str

    @property
    def url(self) -> str:
        return f"http://{self.address}/metrics"

    def text(self) -> str:
        with urlopen(self.url, timeout=5) as response:
            assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            text: str = response.read().decode()
            return text

    def value(self, sample: str) -> float:
        """Return the value of a sample, 0 if there is none."""
        match = re.search(rf"^{re.escape(sample)} (\S+)$", self.text(), re.MULTILINE)
        return float(match[1]) if match else 0.0

    def complaints(self) -> str:
        """Return what promtool finds wrong with the text."""
        command = ["promtool", "check", "metrics"]
        checked = subprocess.run(command, input=self.text(), capture_output=True, text=True, check=False)
        assert checked.returncode == 0 or checked.stderr, "promtool failed without a word"
        return checked.stdout + checked.stderr
