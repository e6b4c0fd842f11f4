"""The pictures that `docs.screenshots.make looks` takes, and the shops that they show beside the built-in one."""  # noqa: INP001

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

from docs.screenshots.picture import Picture, Scheme, Shop
from quickstart.addresses import unused_port
from tests.support.processes import wait_until

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "marketplace" / "branding" / "words.toml"
ARABIC_BOOKS = Path(__file__).with_name("arabic.csv")
ARABIC = """
name = "مكتبة الميناء"
tagline = "كتب لكل الميناء"
words = "words.toml"
footer = { text = "كل كتاب على الرف له الفرصة نفسها." }
home = { shelves = 3, first = ["rwyt", "trth", "syr"] }
"""
BRANDED = """
name = "Harbour Library"
tagline = "Books for the whole harbour."
logo = "logo.svg"
colours = { light = "#0b5d6b", dark = "#8fd3de" }
book_link = { template = "https://catalogue.example/search?q={title}", label = "Find in our catalogue" }
[footer]
text = "Open Tuesday to Sunday, 10 to 18."
links = [
  { label = "Imprint", url = "https://library.example/imprint" },
  { label = "Privacy", url = "https://library.example/privacy" },
]
"""
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="24" fill="#0b5d6b"/>
<path d="M24 8v28M14 18h20M10 28c2 8 8 10 14 10s12-2 14-10" fill="none" stroke="#fff" stroke-width="4"/></svg>"""

_PAGES = {
    "home": "/",
    "category": "/categories/mystery",
    "book": "/categories/classics",
    "categories": "/categories",
    "nowhere": "/nowhere",
}
_SCHEMES: tuple[Scheme, ...] = ("light", "dark")
_A4 = 718  # the width of A4 with margins of 1 cm, at 96 pixels an inch


def _looks(path: str, name: str, *widths: int, shop: str = "", text: int = 100) -> list[Picture]:
    return [
        Picture(f"{name}-{width}-{scheme}", path, ".footer", width, 900, scheme, shop=shop, text_percent=text)
        for width in widths
        for scheme in _SCHEMES
    ]


LOOKS = (
    *(look for name, path in _PAGES.items() for look in _looks(path, name, 360, 768, 1024, 1280)),
    *(
        look
        for name in ("home", "category", "book")
        for look in _looks(_PAGES[name], f"{name}-text", 360, 1024, text=150)
    ),
    *(Picture(f"{name}-print", path, ".footer", _A4, 1_047, media="print") for name, path in _PAGES.items()),
    *(look for name in ("home", "book") for look in _looks("/", f"{name}-arabic", 360, 1280, shop="arabic")),
    *(look for name in ("home", "book") for look in _looks("/", f"{name}-branded", 360, 1280, shop="branded")),
)


@contextmanager
def open_other_shops(shop: Shop) -> Iterator[Mapping[str, str]]:
    """Open the shop of Arabic books and the branded one before the service of this shop; give addresses by name."""
    words = WORDS.read_text("utf-8").replace('direction = "ltr"', 'direction = "rtl"')
    (shop.folder / "words.toml").write_text(words, "utf-8")
    (shop.folder / "logo.svg").write_text(LOGO, "utf-8")
    command = [sys.executable, "-m", "seed", "load", str(ARABIC_BOOKS), "--quiet"]
    subprocess.run(command, cwd=ROOT, env=shop.environ, check=True)
    with ExitStack() as stack:
        texts = {"arabic": ARABIC, "branded": BRANDED}
        yield {name: stack.enter_context(_page(name, text, shop)) for name, text in texts.items()}


@contextmanager
def _page(name: str, text: str, shop: Shop) -> Iterator[str]:
    file = shop.folder / f"{name}.toml"
    file.write_text(text, "utf-8")
    address = f"127.0.0.1:{unused_port()}"
    environ = {
        **os.environ,
        "MARKETPLACE_SHOP_FILE": str(file),
        "MARKETPLACE_LISTEN": address,
        "MARKETPLACE_METRICS_LISTEN": "",
        "RECOMMENDATIONS_TARGET": shop.service,
    }
    with subprocess.Popen([sys.executable, "-m", "marketplace"], cwd=ROOT, env=environ) as page:
        try:
            wait_until(lambda: _is_ready(address))
            yield address
        finally:
            page.terminate()


def _is_ready(address: str) -> bool:
    try:
        with urlopen(f"http://{address}/readyz", timeout=5):
            return True
    except OSError:
        return False
