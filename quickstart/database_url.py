"""The database at `DATABASE_URL`, which the user provides."""

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from quickstart.errors import QuickstartError

CONNECT_TIMEOUT_S = 5


def refuse_unreachable(url: str, password: str | None) -> None:
    """Raise QuickstartError with the reason if the database at `DATABASE_URL` accepts no connection."""
    try:
        psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S, password=password).close()
    except psycopg.Error as error:
        raise QuickstartError(
            f"The database at DATABASE_URL cannot be used ({' '.join(str(error).split())}): start it or correct the "
            "address; without DATABASE_URL, Bookstall starts its own database."
        ) from error


def split_password(url: str, password: str | None = None) -> tuple[str, dict[str, str]]:
    """Return connection parameters without the password, and the environment variable that holds it.

    Every user of the computer can read the arguments of a process, but only its owner can read its environment.

    Args:
        url: a libpq connection string.
        password: replaces the one in the address.
    """
    parameters = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    in_url = parameters.pop("password", None)
    password = password or in_url
    return make_conninfo(**parameters), {"PGPASSWORD": password} if password else {}
