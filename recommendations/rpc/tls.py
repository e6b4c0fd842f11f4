"""Mutual TLS for the gRPC server, with certificates that are read again when their files change."""

import asyncio
import logging
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

import grpc

CHECK_INTERVAL_S = 0.5

_log = logging.getLogger(__name__)


class TlsError(Exception):
    """The certificate files cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files."""

    certificate: Path
    """The server's certificate, followed by any intermediate ones."""

    key: Path
    authority: Path
    """The certificate authority that must have signed the clients' certificates."""


class ReloadingCredentials:
    """Server credentials that are reloaded from changed files; unusable files leave the last usable ones in use."""

    def __init__(self, files: TlsFiles) -> None:
        """Read the files.

        Raises:
            TlsError: if they cannot be used.
        """
        self._files = files
        self._modified = _modified(files)
        self._configuration, self._expires_s = _load(files)
        self._has_logged_expiry = False

    def server_credentials(self) -> grpc.ServerCredentials:
        """Return credentials that use the current files for each new connection and require a client certificate."""
        configuration = self._configuration
        return grpc.dynamic_ssl_server_credentials(
            configuration, lambda: self._configuration, require_client_authentication=True
        )

    async def follow_files(self) -> None:
        """Reload the files when they change and log their errors, until cancelled."""
        while True:
            modified = _modified(self._files)
            if modified != self._modified:
                self._modified = modified
                self._reload()
            if time.time() >= self._expires_s and not self._has_logged_expiry:
                self._has_logged_expiry = True
                _log.error("the TLS certificate %s has expired", self._files.certificate)
            await asyncio.sleep(CHECK_INTERVAL_S)

    def _reload(self) -> None:
        try:
            self._configuration, self._expires_s = _load(self._files)
        except TlsError as error:
            _log.error("%s The last usable ones stay in use.", error)
        else:
            self._has_logged_expiry = False
            _log.info("the TLS certificate was read again")


def _modified(files: TlsFiles) -> tuple[int, ...]:
    """Return when each file was modified; 0 if it cannot be read."""
    times = []
    for path in (files.certificate, files.key, files.authority):
        try:
            times.append(path.stat().st_mtime_ns)
        except OSError:
            times.append(0)
    return tuple(times)


def _load(files: TlsFiles) -> tuple[grpc.ServerCertificateConfiguration, float]:
    """Return the configuration and when the certificate expires, in seconds since the epoch."""
    try:
        certificate, key, authority = (path.read_bytes() for path in (files.certificate, files.key, files.authority))
        expires_s = _expiry(files)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise TlsError(f"The TLS files cannot be used: {error}.") from error
    return grpc.ssl_server_certificate_configuration([(key, certificate)], authority), expires_s


def _expiry(files: TlsFiles) -> float:
    """Return when the certificate expires; raise if it does not fit its key or has expired, or the CA is not PEM.

    A handshake in memory checks this. The standard library has no other way to read a certificate's dates.
    """
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(files.certificate, files.key)
    server_context.load_verify_locations(files.authority)
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_context.check_hostname = False
    client_context.load_verify_locations(files.certificate)
    client_context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    client = client_context.wrap_bio(to_client, to_server)
    pending = [client, server]
    while pending:
        for end in list(pending):
            try:
                end.do_handshake()
                pending.remove(end)
            except ssl.SSLWantReadError:
                continue
    peer = client.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(peer["notAfter"]))
