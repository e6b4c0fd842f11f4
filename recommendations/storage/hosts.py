"""The servers that a database address names, and the role that it prefers."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

DEFAULT_PORT = "5432"


class Host(NamedTuple):
    """One server of an address: a name, an IP address or a socket's folder, and its port."""

    name: str
    port: str

    def __str__(self) -> str:
        return f"{self.name}:{self.port}"


class Preference(NamedTuple):
    """The role that `target_session_attrs` requests."""

    standby: bool | None
    """True: a standby. False: a primary. None: any server."""

    strict: bool
    """Whether a server of the other role is refused."""


PREFERENCES = {
    "any": Preference(standby=None, strict=False),
    "primary": Preference(standby=False, strict=True),
    "read-write": Preference(standby=False, strict=True),
    "standby": Preference(standby=True, strict=True),
    "read-only": Preference(standby=True, strict=True),
    "prefer-standby": Preference(standby=True, strict=False),
}
"""By libpq's names, https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS.

`read-write` and `read-only` mean the server's role here: the service's own sessions are always read-only."""


def hosts_of(parameters: Mapping[str, Any]) -> list[Host]:
    """Return the servers that connection parameters name, by libpq's rule: one port, or one for each host."""
    names = str(parameters.get("host") or "").split(",")
    ports = str(parameters.get("port") or "").split(",")
    ports = ports if len(ports) > 1 else ports * len(names)
    return [Host(name, port or DEFAULT_PORT) for name, port in zip(names, ports, strict=True)]


def preference_of(url: sa.URL) -> Preference:
    """Return the role that an address requests; raise ValueError if libpq knows no such `target_session_attrs`."""
    wanted = str(url.query.get("target_session_attrs", "any"))
    if wanted not in PREFERENCES:
        raise ValueError(f"target_session_attrs must be one of {', '.join(PREFERENCES)}")
    return PREFERENCES[wanted]


def hosts_in(url: sa.URL) -> list[Host]:
    """Return the servers that an address names, at least one."""
    _, parameters = url.get_dialect()().create_connect_args(url)
    return hosts_of(parameters)


def several_hosts(address: str) -> sa.URL | None:
    """Return SQLAlchemy's form of libpq's address of several hosts, `postgresql://user@h1:5432,h2:5433/name`.

    Returns None if the address names one host, which SQLAlchemy reads itself; raises ValueError if malformed.
    """
    authority = address.partition("://")[2].partition("/")[0].partition("?")[0]
    if "," not in authority.rpartition("@")[2]:
        return None
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(address.replace("+psycopg", "", 1)).items()}
    except ProgrammingError as error:
        raise ValueError(str(error)) from None
    if not all(port.isdigit() for port in parts.get("port", "").split(",") if port):
        raise ValueError("a port must be a number")
    user, password, database = (parts.pop(name, None) for name in ("user", "password", "dbname"))
    return sa.URL.create("postgresql", username=user, password=password, database=database, query=parts)
