"""Mutual TLS: who may call, and certificates that change while the service runs."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
import trustme

from tests.support.service import NOT_SERVING, Client
from tests.support.service_process import Program, program

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
HOST = "127.0.0.1"
LIFETIMES_S = (2, 10)
"""Certificates know whole seconds. On a slow day the first one has expired before the service reads it."""
MAX_LATENESS_S = 1.0
ATTEMPTS = 3
"""A busy computer may delay some of them."""


class Files:
    """The three files of a service, signed by an authority of the test's."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self._paths = {name: folder / name for name in ("cert.pem", "key.pem", "ca.pem")}
        self.authority.cert_pem.write_to_path(self._paths["ca.pem"])
        self.write(self.authority.issue_cert(HOST))

    def write(self, certificate: trustme.LeafCert, key: trustme.LeafCert | None = None) -> None:
        """Replace the certificate and its key, each in one step."""
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        for name, content in (("key.pem", (key or certificate).private_key_pem.bytes()), ("cert.pem", chain)):
            temporary = self._paths[name].with_suffix(".new")
            temporary.write_bytes(content)
            os.replace(temporary, self._paths[name])  # noqa: PTH105  # the name of the system call

    def spoil(self, kind: str) -> float:
        """Write a certificate that is `expired`, or does not fit its key (`mismatched`); return when, in seconds."""
        if kind == "expired":
            self.write(self.authority.issue_cert(HOST, not_after=dt.datetime.now(dt.UTC) - dt.timedelta(days=1)))
        else:
            self.write(self.authority.issue_cert(HOST), key=self.authority.issue_cert(HOST))
        return self._paths["cert.pem"].stat().st_mtime

    @property
    def settings(self) -> dict[str, str]:
        names = {"CERT": "cert.pem", "KEY": "key.pem", "CA": "ca.pem"}
        return {f"RECOMMENDATIONS_TLS_{name}": str(self._paths[file]) for name, file in names.items()}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, Files]]:
    """Start a service without a database, and give it with its files, which no test replaces."""
    files = Files(tmp_path_factory.mktemp("files"))
    with program(DATABASE_URL=NOWHERE, **files.settings) as service:
        yield service, files


@pytest.fixture
def running(files: Files) -> Iterator[Program]:
    """Start a service with these files and without a database."""
    with program(DATABASE_URL=NOWHERE, RECOMMENDATIONS_LOG_FORMAT="json", **files.settings) as service:
        yield service


@contextmanager
def client_with(target: str, trusted: trustme.CA, own: trustme.LeafCert | None) -> Iterator[Client]:
    key = own.private_key_pem.bytes() if own else None
    chain = b"".join(blob.bytes() for blob in own.cert_chain_pems) if own else None
    credentials = grpc.ssl_channel_credentials(trusted.cert_pem.bytes(), key, chain)
    with grpc.secure_channel(target, credentials, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield Client(target, channel)


def next_line(running: Program, text: str) -> str:
    """Return the next line of the log that holds this text."""
    assert running.process.stderr
    for line in running.process.stderr:
        if text in line:
            return line
    raise AssertionError("the log ended")


def seconds_until_logged(running: Program, text: str, since_s: float) -> float:
    """Return how long after this time, by its own time, a line with this text was logged."""
    while True:
        line = json.loads(next_line(running, text))
        logged_s = dt.datetime.fromisoformat(line["time"]).timestamp()
        if logged_s >= since_s:
            return logged_s - since_s


def test_client_with_a_signed_certificate_is_served(unchanged: tuple[Program, Files]) -> None:
    running, files = unchanged
    with client_with(running.target, files.authority, files.authority.issue_cert("page")) as client:
        client.wait_until(NOT_SERVING)


@pytest.mark.parametrize("own", [None, trustme.CA().issue_cert("page")], ids=["no certificate", "another authority"])
def test_client_without_a_signed_certificate_is_not_served(
    unchanged: tuple[Program, Files], own: trustme.LeafCert | None
) -> None:
    running, files = unchanged
    with client_with(running.target, files.authority, files.authority.issue_cert("page")) as client:
        client.wait_until(NOT_SERVING)
    with client_with(running.target, files.authority, own) as client, pytest.raises(grpc.RpcError) as caught:
        client.check()
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_new_certificate_is_used_for_new_connections_and_drops_no_call(running: Program, files: Files) -> None:
    page = files.authority.issue_cert("page")
    with client_with(running.target, files.authority, page) as before:
        before.wait_until(NOT_SERVING)
        new_authority = trustme.CA()
        files.write(new_authority.issue_cert(HOST))
        next_line(running, "the TLS certificate was read again")
        with client_with(running.target, new_authority, page) as after:
            assert after.check() == NOT_SERVING
        assert before.check() == NOT_SERVING


def test_wrong_and_expired_certificates_are_logged_and_the_last_ones_stay(running: Program, files: Files) -> None:
    page = files.authority.issue_cert("page")
    with client_with(running.target, files.authority, page) as client:
        client.wait_until(NOT_SERVING)
    files.spoil("mismatched")
    assert "stay in use" in next_line(running, "KEY_VALUES_MISMATCH")
    files.spoil("expired")
    assert "stay in use" in next_line(running, "certificate has expired")
    with client_with(running.target, files.authority, page) as client:
        assert client.check() == NOT_SERVING


@pytest.mark.parametrize(("kind", "text"), [("mismatched", "KEY_VALUES_MISMATCH"), ("expired", "has expired")])
def test_wrong_and_expired_certificates_are_logged_within_a_second(
    running: Program, files: Files, kind: str, text: str
) -> None:
    next_line(running, "listening at")
    # The service has looked at its files right before it logs, so each further change waits for a whole interval.
    seconds_until_logged(running, text, files.spoil(kind))
    lateness = (seconds_until_logged(running, text, files.spoil(kind)) for _ in range(ATTEMPTS))
    assert any(seconds <= MAX_LATENESS_S for seconds in lateness)


def test_a_certificate_that_expires_meanwhile_is_logged_within_a_second(running: Program, files: Files) -> None:
    next_line(running, "listening at")
    for lifetime_s in LIFETIMES_S:
        expires = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=lifetime_s)
        files.write(files.authority.issue_cert(HOST, not_after=expires))
        line = json.loads(next_line(running, "has expired"))
        lateness = dt.datetime.fromisoformat(line["time"]) - expires
        if "the TLS certificate" in line["message"] and lateness <= dt.timedelta(seconds=MAX_LATENESS_S):
            return
    raise AssertionError(line, lateness)


def test_unusable_files_are_one_sentence_and_exit_status_1(files: Files) -> None:
    with program(DATABASE_URL=NOWHERE, **files.settings | {"RECOMMENDATIONS_TLS_KEY": "missing.pem"}) as running:
        ended = running.wait()
    assert ended.status == 1
    (sentence,) = ended.stderr.splitlines()
    assert sentence.startswith("The TLS files cannot be used: ")
    assert "missing.pem" in sentence


def test_incomplete_settings_are_reported(files: Files) -> None:
    with program(DATABASE_URL=NOWHERE, **files.settings | {"RECOMMENDATIONS_TLS_CA": ""}) as running:
        ended = running.wait()
    assert ended.status == 2
    assert "must be set together" in ended.stderr
