"""Roles, migrations, seed and draws on Debian's PostgreSQL over TLS with `sslmode=verify-full`.

The embedded PostgreSQL, on which the other tests run, is built without TLS.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import trustme

from quickstart.devdb.binaries import DEBIAN_VERSIONS, is_bindir, server_version
from quickstart.devdb.temporary_server import temporary_server
from tests.conftest import ROOT
from tests.support.processes import unused_port
from tests.support.service import SERVING, client_of
from tests.support.service_process import Program, program

HOST = "127.0.0.1"
BINDIRS = [folder for folder in sorted(DEBIAN_VERSIONS.glob("*/bin")) if is_bindir(folder)]
LOGINS = ("bookstall_migrator", "bookstall_seeder", "bookstall_service")
AUTHORITY = trustme.CA()


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server with TLS."""

    socket_url: str
    port: int
    folder: Path

    def url(self, role: str, authority: trustme.CA = AUTHORITY) -> str:
        """Return the address over TLS for a role that trusts this authority."""
        path = self.folder / f"{id(authority)}.pem"
        authority.cert_pem.write_to_path(path)
        return f"postgresql://{role}@{HOST}:{self.port}/bookstall?sslmode=verify-full&sslrootcert={path}"

    def use(self, certificate: trustme.LeafCert) -> None:
        """Show this certificate to new connections."""
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        with psycopg.connect(self.socket_url, autocommit=True) as connection:
            for name, content in (("server.key", certificate.private_key_pem.bytes()), ("server.crt", chain)):
                # The server writes its files itself, because the key must belong to its user.
                copy = f"COPY (SELECT unnest(string_to_array(%s, E'\\n'))) TO PROGRAM 'umask 077; cat > {name}'"
                psycopg.ClientCursor(connection).execute(copy, [content.decode()])
            connection.execute("ALTER SYSTEM SET ssl = on")
            connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="module", params=BINDIRS, ids=server_version)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = unused_port()
    folder = tmp_path_factory.mktemp("roles")
    with temporary_server(request.param, {"listen_addresses": HOST, "port": str(port)}) as running:
        server = Server(running.url, port, folder)
        server.use(AUTHORITY.issue_cert(HOST))
        for role in LOGINS:
            (folder / role).write_text("unused: the server trusts local users")
        script = ["psql", "--no-psqlrc", running.url, f"--set=passwords={folder}", "--file=containers/roles.sql"]
        run([str(request.param / script[0]), *script[1:]], "")
        run([sys.executable, "-m", "alembic", "upgrade", "head"], server.url("bookstall_migrator"))
        run([sys.executable, "-m", "seed", "--quiet"], server.url("bookstall_seeder"))
        yield server


@pytest.fixture
def certified(server: Server) -> Iterator[Server]:
    """Give the server, which shows its right certificate again after the test."""
    yield server
    server.use(AUTHORITY.issue_cert(HOST))


def run(command: list[str], url: str) -> None:
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=True, timeout=60)


def outage(running: Program) -> str:
    """Return the line of the log that says why the database cannot serve."""
    assert running.process.stderr
    return next(line for line in running.process.stderr if "the database cannot serve" in line)


def test_draws_over_tls(server: Server) -> None:
    with program(DATABASE_URL=server.url("bookstall_service")) as running, client_of(running.target) as client:
        client.wait_until(SERVING)
        assert len(client.books("mystery").books) == 10
        with psycopg.connect(server.socket_url) as connection:
            encrypted = connection.execute(
                "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = %s",
                ["bookstall_service"],
            ).fetchall()
    assert encrypted == [(True,)]


def test_a_server_of_another_authority_is_refused_in_one_sentence(server: Server) -> None:
    with program(DATABASE_URL=server.url("bookstall_service", trustme.CA())) as running:
        assert "certificate verify failed" in outage(running)


def test_a_server_of_another_name_is_refused_in_one_sentence(certified: Server) -> None:
    certified.use(AUTHORITY.issue_cert("db.example"))
    with program(DATABASE_URL=certified.url("bookstall_service")) as running:
        line = outage(running)
    assert 'certificate for "db.example"' in line
    assert f'does not match host name "{HOST}"' in line


def test_migrations_refuse_a_server_of_another_authority_in_one_sentence(server: Server) -> None:
    environ = {**os.environ, "DATABASE_URL": server.url("bookstall_migrator", trustme.CA())}
    command = [sys.executable, "-m", "alembic", "current"]
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The database cannot be reached: ")
    assert "certificate verify failed" in ended.stderr
