"""The books that come with the shop."""

from pathlib import Path

from seed.loading.load import LoadRefusedError
from seed.record.model import Rejection

SOURCE = "built-in"
PATH = Path(__file__).with_name("books.csv")


def refuse(rejection: Rejection) -> None:
    """End the load, because our own file is loaded completely or not at all.

    Raises:
        LoadRefusedError: always, with the line and the reason.
    """
    raise LoadRefusedError(f"{PATH}, line {rejection.line}: {rejection.reason}. Nothing was written.")
