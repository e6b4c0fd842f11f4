"""How a shop ends: asked to, killed, or because one of its parts did."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

# A tests/integration/quickstart/conftest.py's Shop, which cannot be imported from there.
Shop = Any
Eventually = Callable[[Callable[[], object]], None]
IsGone = Callable[[int], bool]
Quickstart = Callable[..., subprocess.CompletedProcess[str]]

DEADLINE_S = 30
PARTS = {"postgres": "bin/postgres", "recommendations": "-m recommendations", "marketplace": "-m marketplace"}


def is_free(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return trial.connect_ex((host, int(port))) != 0


def test_stops_everything_in_order_at_ctrl_c(shop: Shop, is_gone: IsGone) -> None:
    processes = shop.descendants()
    sockets = Path(parse_qs(urlsplit(shop.url_file.read_text().strip()).query)["host"][0])
    assert sockets.is_dir()

    # As the terminal does, to the whole group; and whoever is impatient presses it again.
    for _ in range(3):
        os.killpg(shop.process.pid, signal.SIGINT)

    assert shop.process.wait(DEADLINE_S) == 0
    assert shop.said.endswith("Bookstall is closed.\n")
    assert shop.said.index("marketplace: stopped") < shop.said.index("recommendations: stopping")
    assert [pid for pid in processes if not is_gone(pid)] == []
    assert is_free(shop.environ["MARKETPLACE_LISTEN"])
    assert is_free(shop.environ["RECOMMENDATIONS_LISTEN"])
    assert not sockets.exists()
    assert not shop.url_file.exists()


@pytest.mark.parametrize("name", PARTS)
def test_tells_which_part_was_killed_and_stops_the_rest(
    shop: Shop, eventually: Eventually, is_gone: IsGone, name: str
) -> None:
    processes = shop.descendants()

    os.kill(shop.part(PARTS[name]), signal.SIGKILL)

    assert shop.process.wait(DEADLINE_S) == 1
    assert f"{name} was killed by signal 9 (Killed); its last line: " in shop.said
    assert "Traceback" not in shop.said
    # PostgreSQL's own children end by themselves when they notice that it is gone.
    eventually(lambda: all(is_gone(pid) for pid in processes))
    assert is_free(shop.environ["MARKETPLACE_LISTEN"])


def test_takes_every_part_along_when_it_is_killed(
    shop: Shop, eventually: Eventually, is_gone: IsGone, quickstart: Quickstart
) -> None:
    processes = shop.descendants()

    shop.process.kill()

    eventually(lambda: all(is_gone(pid) for pid in processes))
    assert is_free(shop.environ["MARKETPLACE_LISTEN"])
    assert "Nothing changed" in quickstart("seed").stdout
