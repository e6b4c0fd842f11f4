"""Takes the README's screenshot: `make screenshot`.

It shows the shop that is open at MARKETPLACE_LISTEN (127.0.0.1:5000). If none is, one is opened for the moment on free
ports, with the built-in books in a database that is thrown away. The browser is the system's own Chromium.
"""  # noqa: INP001  # a script that belongs to the pictures beside it

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).with_name("home.png")
ROOT = PICTURE.parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPENING_S = 60
SIZE = {"width": 1100, "height": 900}
MARGIN = 20

# The sandbox refuses to run as root, and what is shown is our own page. Nothing is asked of the outer world.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def is_open(address: str) -> bool:
    """Tell whether it is our shop that answers at host:port."""
    try:
        with urlopen(f"http://{address}/", timeout=5) as page:
            return b"<title>Bookstall</title>" in page.read()
    except OSError:  # URLError is one
        return False


def free_address() -> str:
    """Return an address at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def opened_shop() -> Iterator[str]:
    """Give the address of a shop of one's own, closed at the end."""
    address = free_address()
    ours = ("DATABASE_", "RECOMMENDATIONS_", "MARKETPLACE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with tempfile.TemporaryDirectory(prefix="bookstall-screenshot-") as folder:
        environ |= {
            "BOOKSTALL_DATA": folder,
            "MARKETPLACE_LISTEN": address,
            "RECOMMENDATIONS_LISTEN": free_address(),
        }
        command = [sys.executable, "-m", "quickstart", "run"]
        with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as shop:
            assert shop.stdout, "as asked for by PIPE"
            try:
                if not any("Bookstall is open" in line for line in shop.stdout):
                    sys.exit("The shop did not open; what it said stands above.")
                yield address
            finally:
                shop.send_signal(signal.SIGINT)
                shop.communicate()


def take(address: str, browser: str) -> None:
    """Write the picture of the shop's home page."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, headless=True, args=BROWSER_ARGUMENTS)
        page = chromium.new_page(viewport=SIZE, device_scale_factor=1.5, color_scheme="light")  # type: ignore[arg-type]
        page.goto(f"http://{address}/", wait_until="load")
        # Whole shelves: to the end of the second one, whatever the length of its titles.
        shelf = page.locator(".shelf").nth(1).bounding_box()
        assert shelf, "the built-in books fill many shelves"
        height = shelf["y"] + shelf["height"] + MARGIN
        page.screenshot(path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": SIZE["width"], "height": height})
        chromium.close()


def main() -> None:
    """Take the picture."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        sys.exit("No Chromium was found: install it (Debian and Ubuntu: sudo apt install chromium).")
    address = os.environ.get("MARKETPLACE_LISTEN") or "127.0.0.1:5000"
    if is_open(address):
        take(address, browser)
    else:
        with opened_shop() as address_of_ours:
            take(address_of_ours, browser)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1000} kB")  # noqa: T201


if __name__ == "__main__":
    main()
