"""TLS: certificates of both services are renewed under load, and no page fails."""

import http.client
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from tests.resilience.conftest import Scale
from tests.support.open_loop_clients import OpenLoopClients
from tests.support.processes import READY_CHECKS, started, unused_port, wait_until

RATE = 50.0
FULL_ROTATIONS = 20
ROTATION_S = 1.5
"""Longer than both services need to read their files again."""


class Identity:
    """The certificate files of one service."""

    def __init__(self, folder: Path, authority: trustme.CA, prefix: str, name: str) -> None:
        folder.mkdir()
        self._folder, self._authority, self._prefix, self._name = folder, authority, prefix, name
        authority.cert_pem.write_to_path(folder / "CA.pem")
        self.renew()

    def renew(self) -> None:
        """Write a new key and certificate, each in one step."""
        certificate = self._authority.issue_cert(self._name)
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        for name, content in (("KEY", certificate.private_key_pem.bytes()), ("CERT", chain)):
            temporary = self._folder / "new"
            temporary.write_bytes(content)
            os.replace(temporary, self._folder / f"{name}.pem")  # noqa: PTH105 - the name of the system call

    @property
    def settings(self) -> dict[str, str]:
        return {f"{self._prefix}_TLS_{name}": str(self._folder / f"{name}.pem") for name in ("CERT", "KEY", "CA")}


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def pages_continue_for(seconds: float) -> None:
    end_s = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end_s, 2 * seconds + 10)


@pytest.mark.promise("TLS: certificates of both services are renewed under load", "0 failed pages")
def test_renewed_certificates_fail_no_page(
    catalogue: str, tmp_path: Path, scale: Scale, figure: Callable[[str], None]
) -> None:
    authority = trustme.CA()
    service = Identity(tmp_path / "service", authority, "RECOMMENDATIONS", "127.0.0.1")
    page = Identity(tmp_path / "page", authority, "MARKETPLACE", "page")
    target, port = f"127.0.0.1:{unused_port()}", unused_port()
    listen = {"DATABASE_URL": catalogue, "RECOMMENDATIONS_LISTEN": target}
    shop = {"RECOMMENDATIONS_TARGET": target, "MARKETPLACE_LISTEN": f"127.0.0.1:{port}"}
    rotations = scale.count(FULL_ROTATIONS, least=2)
    with (
        started("recommendations", subprocess.DEVNULL, **listen, **service.settings),
        started("marketplace", subprocess.DEVNULL, **shop, **page.settings),
    ):
        wait_until(lambda: all(is_ready(port) for _ in range(READY_CHECKS)))
        with OpenLoopClients(port, RATE, "/categories/mystery") as clients:
            for rotation in range(rotations):
                (service if rotation % 2 else page).renew()
                pages_continue_for(ROTATION_S)

    figure(f"{rotations} renewals: {clients.summary()}")
    assert not clients.failed
