"""Takes the README's screenshots: `make screenshot`.

They show the shop that is open at MARKETPLACE_LISTEN (127.0.0.1:5000). If none is open, the script opens a temporary
one on free ports, with the built-in books in a temporary database. The browser is the system's own Chromium.

`.venv/bin/python -m docs.screenshots.make looks` takes whole pages into .bookstall/looks, to check a change of style:
on small, medium and wide screens, light and dark, on paper, with large text, of a shop of Arabic books and of a branded
one. It opens its own shops.
"""  # noqa: INP001  # a script that belongs to the pictures beside it

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from docs.screenshots.looks import LOOKS, open_other_shops
from docs.screenshots.picture import Picture, Shop
from marketplace.pages.covers import COVERS
from quickstart.addresses import unused_port
from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.errors import ToolError

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
STATIC = ROOT / "marketplace" / "pages" / "static"
LOOKS_FOLDER = ROOT / ".bookstall" / "looks"
MARGIN = 20


PICTURES = (
    Picture("home", "/", ".shelf >> nth=1", 1100, 900),
    Picture("category", "/categories/mystery", ".card >> nth=7", 1000, 900),
    Picture("book", "/categories/classics", ".shelf", 1100, 900),
    Picture("dark", "/", ".shelf >> nth=1", 1100, 900, "dark"),
    Picture("phone", "/", "", 390, 844, scale=1.5),
)


def is_open(address: str) -> bool:
    """Return whether our shop answers at host:port."""
    try:
        with urlopen(f"http://{address}/", timeout=5) as page:
            return b"<title>Bookstall</title>" in page.read()
    except OSError:  # includes URLError
        return False


@contextmanager
def opened_shop() -> Iterator[Shop]:
    """Open a temporary shop; close it when the block ends."""
    address, service = f"127.0.0.1:{unused_port()}", f"127.0.0.1:{unused_port()}"
    ours = ("DATABASE_", "RECOMMENDATIONS_", "MARKETPLACE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with tempfile.TemporaryDirectory(prefix="bookstall-screenshot-") as folder:
        environ |= {
            "BOOKSTALL_DATA": folder,
            "MARKETPLACE_LISTEN": address,
            "RECOMMENDATIONS_LISTEN": service,
            "MARKETPLACE_METRICS_LISTEN": "",
            "RECOMMENDATIONS_METRICS_LISTEN": "",
        }
        command = [sys.executable, "-m", "quickstart", "run"]
        with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as shop:
            assert shop.stdout, "PIPE was requested"
            try:
                if not any("Bookstall is open" in line for line in shop.stdout):
                    sys.exit("The shop did not open: see its messages above.")
                yield Shop(address, service, Path(folder), environ)
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
    page.emulate_media(media=picture.media)
    page.goto(f"http://{address}{picture.path}")
    if picture.name.startswith("book"):  # any book, because ids differ between databases
        with page.expect_navigation():
            page.locator(".book").first.click()
    height = end_of(page, picture.until) if picture.until else picture.height
    file = folder / f"{picture.name}.png"
    page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": picture.width, "height": height})
    page.close()
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1000} kB")  # noqa: T201


def end_of(page: Page, what: str) -> float:
    """Return the y coordinate of the end of this part of the page, plus a margin."""
    box = page.locator(what).bounding_box()
    assert box, "the built-in books fill many shelves"
    return box["y"] + box["height"] + MARGIN


def take_all(addresses: Mapping[str, str], chromium: str, pictures: Iterable[Picture], folder: Path) -> None:
    """Write these pictures of the shops at these addresses into this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        for percent, some in groupby(pictures, key=lambda picture: picture.text_percent):
            arguments = [*ARGUMENTS, f"--blink-settings=defaultFontSize={16 * percent // 100}"]
            browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
            for picture in some:
                take(picture, addresses[picture.shop], browser, folder)
            browser.close()


def draw_icons(chromium: str) -> None:
    """Draw the shop's PNG files: the preview for other sites and the icon for Apple's home screens."""
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
    if sys.argv[1:] == ["looks"]:
        with opened_shop() as shop, open_other_shops(shop) as others:
            take_all({"": shop.address, **others}, chromium, LOOKS, LOOKS_FOLDER)
        return
    address = os.environ.get("MARKETPLACE_LISTEN") or "127.0.0.1:5000"
    if is_open(address):
        take_all({"": address}, chromium, PICTURES, FOLDER)
    else:
        with opened_shop() as shop:
            take_all({"": shop.address}, chromium, PICTURES, FOLDER)


if __name__ == "__main__":
    main()
