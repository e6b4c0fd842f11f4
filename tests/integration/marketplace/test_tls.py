"""Mutual TLS of the page's client, and certificates that change while it runs."""

import datetime as dt
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
import trustme
from grpc_health.v1 import health_pb2_grpc

from marketplace import domain
from marketplace.client.deadline import Deadline
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.client.tls import TlsError, TlsFiles
from marketplace.errors import UnavailableError
from protobufs import recommendations_pb2_grpc as pb_grpc
from tests.support.processes import wait_until
from tests.support.scripted_service import ScriptedService

HOST = "127.0.0.1"
TIMEOUT_S = 2.0
LIFETIMES_S = (2, 10)
"""Certificates know whole seconds. On a slow day the first one has expired before the page reads it."""
MAX_LATENESS_S = 1.0
ATTEMPTS = 3
"""A busy computer may delay some of them."""


class Server:
    """A service that requires certificates of its authority."""

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self.service = ScriptedService()
        self._server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
        pb_grpc.add_RecommendationsServiceServicer_to_server(self.service, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self.service.health, self._server)

    def start(self, certificate: trustme.LeafCert) -> None:
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        pair = (certificate.private_key_pem.bytes(), chain)
        credentials = grpc.ssl_server_credentials([pair], self.authority.cert_pem.bytes(), require_client_auth=True)
        self.service.port = self._server.add_secure_port(f"{HOST}:0", credentials)
        self._server.start()

    def stop(self) -> None:
        self.service.released.set()
        self._server.stop(None).wait()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def files(server: Server, tmp_path: Path) -> TlsFiles:
    files = TlsFiles(tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem")
    server.authority.cert_pem.write_to_path(files.authority)
    write(files, server.authority.issue_cert("page"))
    return files


@pytest.fixture
def client(server: Server, files: TlsFiles) -> Iterator[RecommendationsClient]:
    server.start(server.authority.issue_cert(HOST))
    client = RecommendationsClient(server.service.target, files)
    yield client
    client.close()


def write(files: TlsFiles, certificate: trustme.LeafCert, key: trustme.LeafCert | None = None) -> None:
    """Replace the certificate and its key, each in one step."""
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    for path, content in ((files.key, (key or certificate).private_key_pem.bytes()), (files.certificate, chain)):
        temporary = path.with_suffix(".new")
        temporary.write_bytes(content)
        os.replace(temporary, path)  # noqa: PTH105 - the name of the system call


def spoil(server: Server, files: TlsFiles, kind: str) -> None:
    """Write a certificate that the page or the service rejects."""
    if kind == "mismatched":
        write(files, server.authority.issue_cert("page"), key=server.authority.issue_cert("page"))
    elif kind == "expired":
        yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        write(files, server.authority.issue_cert("page", not_after=yesterday))
    else:
        write(files, trustme.CA().issue_cert("page"))


def seconds_until_logged(caplog: pytest.LogCaptureFixture, text: str, files: TlsFiles) -> float:
    """Return how long after the certificate was written a line with this text was logged."""
    wait_until(lambda: any(text in line for line in caplog.messages))
    record = next(record for record in caplog.records if text in record.getMessage())
    caplog.clear()
    return record.created - files.certificate.stat().st_mtime


def draw(client: RecommendationsClient) -> domain.BooksPage:
    return client.recommend_books(domain.BooksQuery(), Deadline(TIMEOUT_S))


def test_both_sides_show_certificates(client: RecommendationsClient) -> None:
    assert draw(client).books


def test_without_a_certificate_no_call_succeeds(client: RecommendationsClient, server: Server) -> None:
    plain = RecommendationsClient(server.service.target)

    with pytest.raises(UnavailableError):
        draw(plain)
    plain.close()


def test_a_service_with_another_name_is_rejected_and_logged(
    server: Server, files: TlsFiles, caplog: pytest.LogCaptureFixture
) -> None:
    server.start(server.authority.issue_cert("elsewhere.example"))
    client = RecommendationsClient(server.service.target, files)

    with pytest.raises(UnavailableError):
        draw(client)
    wait_until(lambda: any("TLS handshake" in record.getMessage() for record in caplog.records))
    client.close()


def test_a_certificate_that_the_service_refuses_is_logged(
    server: Server, files: TlsFiles, caplog: pytest.LogCaptureFixture
) -> None:
    server.start(server.authority.issue_cert(HOST))
    write(files, trustme.CA().issue_cert("page"))
    client = RecommendationsClient(server.service.target, files)

    with pytest.raises(UnavailableError):
        draw(client)
    wait_until(lambda: any(f"refuse the TLS certificate {files.certificate}" in line for line in caplog.messages))
    client.close()


def test_a_service_that_is_away_is_no_tls_problem(
    client: RecommendationsClient, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    draw(client)
    server.stop()
    for _ in range(10):
        with pytest.raises(UnavailableError):
            draw(client)

    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_certificate_that_expires_meanwhile_is_logged_within_a_second(
    client: RecommendationsClient, server: Server, files: TlsFiles, caplog: pytest.LogCaptureFixture
) -> None:
    draw(client)
    for lifetime_s in LIFETIMES_S:
        caplog.clear()
        expires = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=lifetime_s)
        write(files, server.authority.issue_cert("page", not_after=expires))
        wait_until(lambda: any("has expired" in line for line in caplog.messages))
        record = next(record for record in caplog.records if "has expired" in record.getMessage())
        is_prompt = record.created - expires.timestamp() <= MAX_LATENESS_S
        if is_prompt and record.getMessage() == f"the TLS certificate {files.certificate} has expired":
            return
    raise AssertionError(caplog.messages)


def test_wrong_and_expired_certificates_are_logged_within_a_second(
    client: RecommendationsClient, server: Server, files: TlsFiles, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    texts = {"mismatched": "KEY_VALUES_MISMATCH", "expired": "certificate has expired", "foreign": "seems to refuse"}
    lateness_s: dict[str, list[float]] = {kind: [] for kind in texts}
    draw(client)
    write(files, server.authority.issue_cert("page"))
    seconds_until_logged(caplog, "read again", files)
    for _ in range(ATTEMPTS):
        # The page has looked at its files right before it logs, so each further change waits for a whole interval.
        for kind, text in texts.items():
            spoil(server, files, kind)
            lateness_s[kind].append(seconds_until_logged(caplog, text, files))
        if all(min(each) <= MAX_LATENESS_S for each in lateness_s.values()):
            return
    raise AssertionError(lateness_s)


def test_a_renewed_certificate_is_used_and_no_call_is_dropped(
    client: RecommendationsClient, server: Server, files: TlsFiles, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    server.service.deaf_calls = {"GetBook"}
    with ThreadPoolExecutor(1) as callers:
        draw(client)
        running = callers.submit(client.get_book, domain.BookQuery(7), Deadline(10))
        wait_until(lambda: server.service.attempts == 2)
        write(files, server.authority.issue_cert("page"))
        wait_until(lambda: "the TLS files were read again" in caplog.messages)
        assert draw(client).books
        server.service.released.set()
        assert running.result().id == 7


def test_unusable_files_are_logged_and_the_last_usable_ones_stay(
    client: RecommendationsClient, server: Server, files: TlsFiles, caplog: pytest.LogCaptureFixture
) -> None:
    draw(client)
    write(files, server.authority.issue_cert("page"), key=server.authority.issue_cert("page"))

    wait_until(lambda: any("The TLS files are unusable" in message for message in caplog.messages))
    assert draw(client).books


def test_an_expired_certificate_is_unusable(server: Server, files: TlsFiles) -> None:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    write(files, server.authority.issue_cert("page", not_after=yesterday))

    with pytest.raises(TlsError, match="expired"):
        files.load()


def test_expiry_is_that_of_the_certificate(server: Server, files: TlsFiles) -> None:
    tomorrow = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=1)
    write(files, server.authority.issue_cert("page", not_after=tomorrow))

    _, expires_s = files.load()

    assert expires_s == tomorrow.timestamp()
