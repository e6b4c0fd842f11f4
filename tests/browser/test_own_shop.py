"""A shop with its owner's settings, and other sites: frames, scripts, a path behind nginx, logo and colours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Shops
from tests.support.page_text import WCAG, follow
from tests.support.processes import unused_port
from tests.support.subpath_proxies import find_proxy, proxy_below_a_path
from tests.support.whole_shop import RunningShop, run_module, until_ready

ALLOWED, OTHER = "https://library.example", "https://other.example"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path fill="#0b5d6b" d="M0 0h40v20H0z"/></svg>'
SHOP = f"""
name = "Harbour Library"
logo = "logo.svg"
words = "words.toml"
colours = {{ light = "#0b5d6b", dark = "#8fd3de" }}
embed = {{ frame_ancestors = ["{ALLOWED}"] }}
api = {{ cors_origins = ["{ALLOWED}"] }}
"""
WORDS = Path("marketplace/branding/words.toml")
READ_API = (
    """(url) => fetch(url).then((response) => response.json()).then(({books}) => books.length, () => "refused")"""
)


@pytest.fixture(scope="module")
def own(shops: Shops, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """Give a branded shop in a right-to-left language below /books, with the built-in books."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "shop.toml").write_text(SHOP, "utf-8")
    (folder / "logo.svg").write_text(LOGO, "utf-8")
    (folder / "words.toml").write_text(WORDS.read_text("utf-8").replace('"ltr"', '"rtl"'), "utf-8")
    page = f"127.0.0.1:{unused_port()}"
    settings = {
        "MARKETPLACE_LISTEN": page,
        "RECOMMENDATIONS_TARGET": shops.built_in.service,
        "MARKETPLACE_SHOP_FILE": str(folder / "shop.toml"),
        "MARKETPLACE_URL_PREFIX": "/books",
        "MARKETPLACE_TRUSTED_PROXIES": "1",
    }
    with run_module("marketplace", folder / "log", **settings):
        shop = RunningShop(f"http://{page}", shops.built_in.service, shops.built_in.database)
        until_ready(shop)
        yield shop


@pytest.fixture
def visitor(fresh_context: BrowserContext, own: RunningShop) -> Page:
    """Give a browser page; both other sites, when opened in it, show the shop in a frame."""
    frame = (
        f'<!doctype html><title>Ours</title><iframe src="{own.address}/books/embed/shelf?category=mystery"></iframe>'
    )
    fresh_context.grant_permissions(["local-network-access"])  # the shop is at a loopback address
    for site in (ALLOWED, OTHER):
        fresh_context.route(f"{site}/**", lambda route: route.fulfill(body=frame, content_type="text/html"))
    return fresh_context.new_page()


def test_an_allowed_site_shows_a_shelf_and_its_links_leave_the_frame(visitor: Page, own: RunningShop) -> None:
    visitor.goto(f"{ALLOWED}/")
    shelf = visitor.frame_locator("iframe")
    expect(shelf.get_by_role("heading", level=1)).to_have_text("Mystery")
    assert shelf.locator(".book").count() == 6
    follow(shelf.locator(".book").first)

    assert visitor.url.startswith(f"{own.address}/books/books/")


def test_another_site_shows_no_shelf(visitor: Page) -> None:
    complaints: list[str] = []
    visitor.on("console", lambda message: complaints.append(message.text))
    visitor.goto(f"{OTHER}/", wait_until="networkidle")

    assert visitor.frame_locator("iframe").locator(".book").count() == 0
    assert any("frame-ancestors" in text for text in complaints), complaints


@pytest.mark.parametrize(("site", "read"), [(ALLOWED, 3), (OTHER, "refused")])
def test_only_scripts_of_an_allowed_site_read_the_api(
    visitor: Page, own: RunningShop, site: str, read: int | str
) -> None:
    visitor.goto(f"{site}/")

    assert visitor.evaluate(READ_API, f"{own.address}/books/api/recommendations?max_results=3") == read


def test_no_site_reads_the_api_of_a_shop_without_the_setting(visitor: Page, shops: Shops) -> None:
    visitor.goto(f"{ALLOWED}/")

    assert visitor.evaluate(READ_API, f"{shops.built_in.address}/api/recommendations?max_results=3") == "refused"


def test_the_shop_has_its_owners_name_logo_and_colours(page: Page, own: RunningShop) -> None:
    page.goto(f"{own.address}/books/")
    logo = page.locator(".masthead__logo")

    assert page.title() == "Harbour Library"
    assert logo.evaluate("(image) => [image.complete, image.naturalWidth > 0]") == [True, True]
    button = page.locator(".button").first
    colour = "(each) => getComputedStyle(each).backgroundColor"
    assert button.evaluate(colour) == "rgb(11, 93, 107)"
    page.emulate_media(color_scheme="dark")
    assert button.evaluate(colour) == "rgb(143, 211, 222)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_owners_colours(
    page: Page, own: RunningShop, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{own.address}/books/categories/poetry")
    results = Axe().run(page, options=WCAG)

    assert not results.violations_count, results.generate_report()


@pytest.mark.parametrize("path", ["/", "/categories", "/categories/mystery", "/nowhere"])
def test_right_to_left_no_page_scrolls_sideways(page: Page, own: RunningShop, path: str) -> None:
    page.goto(f"{own.address}/books{path}")

    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate("getComputedStyle(document.querySelector('main')).direction") == "rtl"


def test_a_shopper_browses_below_a_path_behind_nginx(page: Page, own: RunningShop, tmp_path: Path) -> None:
    if not find_proxy("nginx"):
        pytest.skip("nginx is not installed")
    with proxy_below_a_path("nginx", int(own.address.rpartition(":")[2]), tmp_path) as address:
        page.goto(f"{address}/books/")
        follow(page.locator(".shelf__all").first)
        follow(page.get_by_role("link", name="More", exact=True))
        follow(page.locator("a.book").first)
        follow(page.get_by_role("link", name="Surprise me").first)
        assert page.url.startswith(f"{address}/books/books/")
        follow(page.get_by_role("link", name="Harbour Library"))

        assert page.url == f"{address}/books/"
        assert len(page.locator("a.book").all()) >= 60
