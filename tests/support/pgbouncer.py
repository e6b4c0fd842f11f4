"""Debian's PgBouncer in transaction mode, as a process on loopback."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.ordinary_user import ordinary_user
from tests.support.processes import unused_port, wait_until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_pgbouncer = pytest.mark.skipif(
    not PROGRAM, reason="PgBouncer is not installed (Debian: sudo apt install pgbouncer)"
)
SERVER_CONNECTIONS = 2
"""Fewer than the service opens, so that each of its statements may meet another one."""


@contextmanager
def pgbouncer(folder: Path, url: str, user: str, password: str) -> Iterator[str]:
    """Run a pooler in front of the server at this address; give the address of its database through the pooler."""
    with psycopg.connect(url) as connection:
        info = connection.info
        name = info.dbname
        server = f"host={info.host} port={info.port} dbname={name}"
    port = unused_port()
    (folder / "users.txt").write_text(f'"{user}" "{password}"\n')
    (folder / "pgbouncer.ini").write_text(f"""
[databases]
{name} = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = {SERVER_CONNECTIONS}
""")
    folder.chmod(0o755)
    through = make_url(url).set(username=user, password=password, host="127.0.0.1", port=port, query={})
    address = through.set(drivername="postgresql").render_as_string(hide_password=False)
    prefix = ordinary_user(folder, find_bindir(os.environ))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*prefix, str(PROGRAM), str(folder / "pgbouncer.ini")], stdout=log, stderr=log, cwd="/"
        )
    try:
        wait_until(lambda: _answers(address))
        yield address
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True
