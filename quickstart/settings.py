"""Settings, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from quickstart.addresses import Address, parse_address
from quickstart.errors import QuickstartError

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """The settings of `make run`; the services read their own."""

    environ: Mapping[str, str]
    """The environment of our child processes."""
    data_folder: Path
    """The folder of the embedded database (`BOOKSTALL_DATA`; default `.bookstall` in the project's folder)."""
    database_url: str | None
    """The database (`DATABASE_URL`); None: an embedded one."""
    password: str | None
    """The password (the text in `DATABASE_PASSWORD_FILE`), which replaces the one in `database_url`."""
    recommendations: Address
    """Where recommendations listens (`RECOMMENDATIONS_LISTEN`, default 127.0.0.1:50051)."""
    marketplace: Address
    """Where the marketplace listens (`MARKETPLACE_LISTEN`, default 127.0.0.1:5000)."""
    target: str
    """Where the marketplace finds recommendations (`RECOMMENDATIONS_TARGET`; default: where it listens)."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; an empty value counts as unset.

        Raises:
            QuickstartError: an address is malformed, or the password cannot be read.
        """
        recommendations = parse_address(
            "RECOMMENDATIONS_LISTEN", environ.get("RECOMMENDATIONS_LISTEN") or "127.0.0.1:50051"
        )
        return cls(
            environ=environ,
            data_folder=Path(environ.get("BOOKSTALL_DATA") or PROJECT_ROOT / ".bookstall").absolute(),
            database_url=environ.get("DATABASE_URL") or None,
            password=_read_password(environ.get("DATABASE_PASSWORD_FILE")),
            recommendations=recommendations,
            marketplace=parse_address("MARKETPLACE_LISTEN", environ.get("MARKETPLACE_LISTEN") or "127.0.0.1:5000"),
            target=environ.get("RECOMMENDATIONS_TARGET") or str(recommendations.reachable),
        )

    def for_children(self, database_url: str) -> dict[str, str]:
        """Return the environment of child processes that use this database."""
        return {
            **self.environ,
            "DATABASE_URL": database_url,
            "RECOMMENDATIONS_LISTEN": str(self.recommendations),
            "RECOMMENDATIONS_TARGET": self.target,
            "MARKETPLACE_LISTEN": str(self.marketplace),
            # A person reads the log, although it goes through a pipe.
            "RECOMMENDATIONS_LOG_FORMAT": self.environ.get("RECOMMENDATIONS_LOG_FORMAT") or "text",
            "MARKETPLACE_LOG_FORMAT": self.environ.get("MARKETPLACE_LOG_FORMAT") or "text",
            # Show each log line when it is written, not when a buffer is full.
            "PYTHONUNBUFFERED": "1",
        }


def _read_password(file: str | None) -> str | None:
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuickstartError(f"DATABASE_PASSWORD_FILE is '{file}', which cannot be read: correct it.") from error
