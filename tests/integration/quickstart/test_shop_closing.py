"""How a shop ends: by a signal, killed, or because one of its processes ended."""

import os
import signal
import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from tests.support.processes import has_ended, wait_until
from tests.support.quickstart_shop import DEADLINE_S, Quickstart, Shop

CHILDREN = {"postgres": "bin/postgres", "recommendations": "-m recommendations", "marketplace": "-m marketplace"}


def is_free(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((host, int(port))) != 0


def test_stops_everything_in_order_at_ctrl_c(shop: Shop) -> None:
    processes = shop.descendants()
    sockets = Path(parse_qs(urlsplit(shop.url_file.read_text().strip()).query)["host"][0])
    assert sockets.is_dir()

    # The terminal signals the whole group; an impatient user presses Ctrl-C again.
    for _ in range(3):
        os.killpg(shop.process.pid, signal.SIGINT)

    assert shop.process.wait(DEADLINE_S) == 0
    assert shop.output.endswith("Bookstall is closed.\n")
    assert shop.output.index("marketplace: stopped") < shop.output.index("recommendations: stopping")
    assert [pid for pid in processes if not has_ended(pid)] == []
    assert is_free(shop.environ["MARKETPLACE_LISTEN"])
    assert is_free(shop.environ["RECOMMENDATIONS_LISTEN"])
    assert not sockets.exists()
    assert not shop.url_file.exists()


@pytest.mark.parametrize("name", [name for name in CHILDREN if name != "recommendations"])
def test_reports_which_process_was_killed_and_stops_the_rest(shop: Shop, name: str) -> None:
    processes = shop.descendants()

    os.kill(shop.child(CHILDREN[name]), signal.SIGKILL)

    assert shop.process.wait(DEADLINE_S) == 1
    assert f"{name} was killed by signal 9 (Killed); its last line: " in shop.output
    assert "Traceback" not in shop.output
    # PostgreSQL's children end once they notice that it is gone.
    wait_until(lambda: all(has_ended(pid) for pid in processes))
    assert is_free(shop.environ["MARKETPLACE_LISTEN"])


def test_starts_recommendations_again_when_it_is_killed(shop: Shop) -> None:
    killed = shop.child(CHILDREN["recommendations"])
    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: "Starting it again (1 of 3)." in shop.output)
    wait_until(lambda: is_ready(shop.environ["MARKETPLACE_LISTEN"]))
    assert shop.child(CHILDREN["recommendations"]) != killed
    assert shop.process.poll() is None


def is_ready(address: str) -> bool:
    try:
        with urlopen(f"http://{address}/readyz", timeout=5):
            return True
    except OSError:  # HTTPError is one
        return False


def test_leaves_no_process_when_it_is_killed(shop: Shop, quickstart: Quickstart) -> None:
    processes = shop.descendants()

    shop.process.kill()

    wait_until(lambda: all(has_ended(pid) for pid in processes))
    assert is_free(shop.environ["MARKETPLACE_LISTEN"])
    assert "Nothing changed" in quickstart("seed").stdout
