"""A primary and a hot standby of it, each behind a TCP proxy, so that one address can name both."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg

from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.data_folder import locked
from quickstart.devdb.ordinary_user import ordinary_user
from quickstart.devdb.postgres import embedded_server
from quickstart.devdb.temporary_folder import temporary_folder
from quickstart.devdb.temporary_server import SETTINGS, temporary_server
from tests.support.processes import wait_until
from tests.support.tcp_proxy import proxied


@dataclass(frozen=True)
class Pair:
    """A primary and its standby."""

    primary: str
    """The primary's own address."""
    standby: str
    """The standby's own address."""
    both: str
    """The address of both through the proxies; it prefers the standby."""
    standby_port: int
    """The standby's port in that address."""
    sent_to_primary: list[bytes]
    """What clients of that address have sent to the primary."""

    def pause(self, *, paused: bool) -> None:
        """Let the standby replay nothing, or go on."""
        with psycopg.connect(self.standby, autocommit=True) as connection:
            connection.execute(f"SELECT pg_wal_replay_{'pause' if paused else 'resume'}()")

    def until_caught_up(self) -> None:
        """Wait until the standby has replayed all that the primary has written."""
        with (
            psycopg.connect(self.primary, autocommit=True) as primary,
            psycopg.connect(self.standby, autocommit=True) as standby,
        ):
            (position,) = primary.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone() or ("",)
            # With synchronous_commit off, the log is written a moment later.
            wait_until(
                lambda: (
                    standby.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [position]).fetchone() == (True,)
                )
            )


@contextmanager
def primary_and_standby() -> Iterator[Pair]:
    """Run both until the block ends."""
    bindir = find_bindir(os.environ)
    with ExitStack() as stack:
        primary = stack.enter_context(temporary_server(bindir))
        data = stack.enter_context(locked(stack.enter_context(temporary_folder())))
        data.cluster.mkdir(mode=0o700)
        prefix = ordinary_user(data.cluster, bindir)
        copy = [*prefix, str(bindir / "pg_basebackup"), f"--pgdata={data.cluster}", "--write-recovery-conf"]
        subprocess.run([*copy, "--checkpoint=fast", f"--dbname={primary.url}"], check=True, capture_output=True)
        standby = stack.enter_context(embedded_server(data, bindir, {**SETTINGS, "hot_standby_feedback": "on"}))
        proxies = [stack.enter_context(proxied(server.url)) for server in (primary, standby)]
        user, _, rest = proxies[0][1].partition("://")[2].partition("@")
        hosts = ",".join(f"127.0.0.1:{proxy.port}" for proxy, _ in proxies)
        both = f"postgresql://{user}@{hosts}/{rest.partition('/')[2]}?target_session_attrs=prefer-standby"
        sent: list[bytes] = []
        proxies[0][0].on_client_data = sent.append
        yield Pair(primary.url, standby.url, both, proxies[1][0].port, sent)
