"""Mutual TLS of the client: reads and validates the certificate files."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc


class TlsError(Exception):
    """The certificate files are unusable; the message is one sentence."""


@dataclass(frozen=True)
class TlsFiles:
    """PEM files: the client's certificate, its key, and the authority that signs the service's certificate."""

    certificate: Path
    key: Path
    authority: Path

    def modified(self) -> tuple[int, ...]:
        """Return when each file was modified, in nanoseconds since the epoch; 0 if it is unreadable."""
        times = []
        for path in (self.certificate, self.key, self.authority):
            try:
                times.append(path.stat().st_mtime_ns)
            except OSError:
                times.append(0)
        return tuple(times)

    def load(self) -> tuple[grpc.ChannelCredentials, float]:
        """Return credentials, and when the certificate expires in seconds since the epoch.

        Raises:
            TlsError: If a file is unreadable, the key does not match, or the certificate is not valid now.
        """
        try:
            certificate, key, authority = (path.read_bytes() for path in (self.certificate, self.key, self.authority))
            expires_s = self._handshake()
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise TlsError(f"The TLS files are unusable: {error}.") from error
        return grpc.ssl_channel_credentials(authority, key, certificate), expires_s

    def _handshake(self) -> float:
        """Validate the files with a TLS handshake in memory, and return when the certificate expires.

        The standard library has no other public API to read a certificate's dates.
        """
        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ours.load_cert_chain(self.certificate, self.key)
        ours.load_verify_locations(self.authority)
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        theirs.check_hostname = False
        theirs.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        theirs.load_verify_locations(self.certificate)
        to_us, to_them = ssl.MemoryBIO(), ssl.MemoryBIO()
        peers = [theirs.wrap_bio(to_them, to_us), ours.wrap_bio(to_us, to_them, server_side=True)]
        certificate = None
        while certificate is None:
            for peer in peers:
                try:
                    peer.do_handshake()
                except ssl.SSLWantReadError:
                    continue
                certificate = certificate or peers[0].getpeercert()
        return ssl.cert_time_to_seconds(str(certificate["notAfter"]))
