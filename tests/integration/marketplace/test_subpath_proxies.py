"""The shop below a path behind nginx and Caddy, with the configurations in the documents."""

import re
from pathlib import Path

import pytest

from tests.integration.marketplace.conftest import Start
from tests.support.scripted_service import ScriptedService
from tests.support.subpath_proxies import fetch, find_proxy, proxy_below_a_path


@pytest.mark.parametrize("name", ["nginx", "caddy"])
def test_every_link_behind_a_proxy_is_below_the_path(
    start: Start, service: ScriptedService, free_port: int, tmp_path: Path, name: str
) -> None:
    if not find_proxy(name):
        pytest.skip(f"{name} is not installed")
    start(
        "marketplace",
        RECOMMENDATIONS_TARGET=service.target,
        MARKETPLACE_LISTEN=f"127.0.0.1:{free_port}",
        MARKETPLACE_URL_PREFIX="/books",
        MARKETPLACE_TRUSTED_PROXIES="1",
        MARKETPLACE_PUBLIC_URL="https://library.example",
    )
    with proxy_below_a_path(name, free_port, tmp_path) as address:
        page = fetch(f"{address}/books/")
        style = re.search(r'<link rel="stylesheet" href="(/books/static/[^"]+)"', page)
        assert style
        assert "--paper" in fetch(f"{address}{style[1]}")

    links = re.findall(r'(?:href|src)="(/[^"]*)"', page)
    assert links
    assert all(link.startswith("/books/") for link in links), links
    assert '<link rel="canonical" href="https://library.example/books/">' in page
