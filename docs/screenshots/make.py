"""Takes the README's screenshots: `make screenshot`.

`.venv/bin/python -m docs.screenshots.make looks` takes whole pages instead, on small, middling and wide screens, light
and dark, into .bookstall/looks: to be looked at after a change of style.

They show the shop that is open at MARKETPLACE_LISTEN (127.0.0.1:5000). If none is, one is opened for the moment on free
ports, with the built-in books in a database that is thrown away. The browser is the system's own Chromium.
"""  # noqa: INP001  # a script that belongs to the pictures beside it

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from marketplace.pages.covers import COVERS
from quickstart.addresses import unused_port
from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.errors import ToolError

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
STATIC = ROOT / "marketplace" / "pages" / "static"
LOOKS_FOLDER = ROOT / ".bookstall" / "looks"
OPENING_S = 60
MARGIN = 20


class Picture(NamedTuple):
    """What a screenshot shows: the page from its top to the end of one of its parts."""

    name: str
    path: str
    until: str
    """The last thing to be seen; Playwright's words for finding it. Empty: what fits the height."""
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    scale: float = 1


PICTURES = (
    Picture("home", "/", ".shelf >> nth=1", 1100, 900),
    Picture("category", "/categories/mystery", ".card >> nth=7", 1000, 900),
    Picture("book", "/categories/classics", ".shelf", 1100, 900),
    Picture("dark", "/", ".shelf >> nth=1", 1100, 900, "dark"),
    Picture("phone", "/", "", 390, 844, scale=1.5),
)

PAGES = {
    "home": "/",
    "category": "/categories/mystery",
    "book": "/categories/classics",
    "categories": "/categories",
    "nowhere": "/nowhere",
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOOKS = tuple(
    Picture(f"{name}-{width}-{scheme}", path, ".footer", width, 900, scheme)
    for name, path in PAGES.items()
    for width in (360, 768, 1280)
    for scheme in SCHEMES
)


def is_open(address: str) -> bool:
    """Tell whether it is our shop that answers at host:port."""
    try:
        with urlopen(f"http://{address}/", timeout=5) as page:
            return b"<title>Bookstall</title>" in page.read()
    except OSError:  # URLError is one
        return False


@contextmanager
def opened_shop() -> Iterator[str]:
    """Give the address of a shop of one's own, closed at the end."""
    address = f"127.0.0.1:{unused_port()}"
    ours = ("DATABASE_", "RECOMMENDATIONS_", "MARKETPLACE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with tempfile.TemporaryDirectory(prefix="bookstall-screenshot-") as folder:
        environ |= {
            "BOOKSTALL_DATA": folder,
            "MARKETPLACE_LISTEN": address,
            "RECOMMENDATIONS_LISTEN": f"127.0.0.1:{unused_port()}",
        }
        command = [sys.executable, "-m", "quickstart", "run"]
        with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as shop:
            assert shop.stdout, "PIPE was requested"
            try:
                if not any("Bookstall is open" in line for line in shop.stdout):
                    sys.exit("The shop did not open; what it said stands above.")
                yield address
            finally:
                shop.send_signal(signal.SIGINT)
                shop.communicate()


def take(picture: Picture, address: str, browser: Browser, folder: Path) -> None:
    """Write one picture into this folder."""
    page = browser.new_page(
        viewport=ViewportSize(width=picture.width, height=picture.height),
        device_scale_factor=picture.scale,
        color_scheme=picture.scheme,
    )
    page.goto(f"http://{address}{picture.path}")
    if picture.name.startswith("book"):  # any one: books have other numbers in other databases
        with page.expect_navigation():
            page.locator(".book").first.click()
    height = end_of(page, picture.until) if picture.until else picture.height
    file = folder / f"{picture.name}.png"
    page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": picture.width, "height": height})
    page.close()
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1000} kB")  # noqa: T201


def end_of(page: Page, what: str) -> float:
    """Return where this part of the page ends, with some room below it."""
    box = page.locator(what).bounding_box()
    assert box, "the built-in books fill many shelves"
    return box["y"] + box["height"] + MARGIN


def take_all(address: str, chromium: str, pictures: Iterable[Picture], folder: Path) -> None:
    """Write these pictures of the shop at this address into this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for picture in pictures:
            take(picture, address, browser, folder)
        browser.close()


def draw_icons(chromium: str) -> None:
    """Draw the PNG files of the shop: what previews on other sites show, and the icon of Apple's home screens."""
    style = (STATIC / "style.css").read_text("utf-8")
    shown = [COVERS[number * 89 % len(COVERS)].classes for number in range(1, 6)]
    covers = "".join(f'<span class="cover {classes}"></span>' for classes in shown)
    grid = "display:grid;grid-template-columns:repeat(5,1fr);gap:2rem;padding:8rem 4rem 5rem"
    board = "height:1.4rem;margin-top:-5rem;background:linear-gradient(#c69a6b,#a8794a)"
    preview = f'<body class="masthead"><div style="{grid}">{covers}</div><div style="{board}"></div>'
    icon = (STATIC / "icon.svg").read_text("utf-8").replace(' rx="6"', "")
    icon = icon.replace("<svg ", '<svg style="display:block;width:180px" ')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name, width, height, body in (
            ("preview", 1200, 630, preview),
            ("apple-touch-icon", 180, 180, f'<body style="min-height:0">{icon}'),
        ):
            page = browser.new_page(viewport=ViewportSize(width=width, height=height), color_scheme="light")
            page.set_content(f"<!doctype html><style>{style}</style>{body}")
            page.screenshot(path=STATIC / f"{name}.png")
            page.close()
        browser.close()


def main() -> None:
    """Take the pictures."""
    try:
        chromium = find_chromium()
    except ToolError as error:
        sys.exit(str(error))
    if sys.argv[1:] == ["icons"]:
        draw_icons(chromium)
        return
    pictures, folder = (LOOKS, LOOKS_FOLDER) if sys.argv[1:] == ["looks"] else (PICTURES, FOLDER)
    address = os.environ.get("MARKETPLACE_LISTEN") or "127.0.0.1:5000"
    if is_open(address):
        take_all(address, chromium, pictures, folder)
    else:
        with opened_shop() as address_of_ours:
            take_all(address_of_ours, chromium, pictures, folder)


if __name__ == "__main__":
    main()
