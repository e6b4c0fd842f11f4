"""The shop below a path behind nginx, by the configuration that the documents show."""

import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.integration.marketplace.conftest import Start
from tests.support.processes import unused_port, wait_until
from tests.support.scripted_service import ScriptedService

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "deploy" / "nginx" / "subpath.conf"
MAIN = """\
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""


def fetch(url: str) -> str:
    request = urllib.request.Request(url, headers={"Host": "library.example"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(response.read(), "utf-8")


def answers(url: str) -> bool:
    try:
        return bool(fetch(url))
    except OSError:
        return False


@pytest.mark.skipif(not shutil.which("nginx", path="/usr/sbin:/usr/bin"), reason="nginx is not installed")
def test_every_link_behind_nginx_is_below_the_path(
    start: Start, service: ScriptedService, free_port: int, tmp_path: Path
) -> None:
    port = unused_port()
    start(
        "marketplace",
        RECOMMENDATIONS_TARGET=service.target,
        MARKETPLACE_LISTEN=f"127.0.0.1:{free_port}",
        MARKETPLACE_URL_PREFIX="/books",
        MARKETPLACE_TRUSTED_PROXIES="1",
        MARKETPLACE_PUBLIC_URL="https://library.example",
    )
    server = EXAMPLE.read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    config = tmp_path / "nginx.conf"
    config.write_text(MAIN.format(folder=tmp_path, server=server.replace("127.0.0.1:5000", f"127.0.0.1:{free_port}")))
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx"
    with subprocess.Popen([nginx, "-p", tmp_path, "-c", config], stderr=subprocess.PIPE) as process:
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/books/readyz"))
            page = fetch(f"http://127.0.0.1:{port}/books/")
            style = re.search(r'<link rel="stylesheet" href="(/books/static/[^"]+)"', page)
            assert style
            assert "--paper" in fetch(f"http://127.0.0.1:{port}{style[1]}")
        finally:
            process.terminate()
            process.wait(10)

    links = re.findall(r'(?:href|src)="(/[^"]*)"', page)
    assert links
    assert all(link.startswith("/books/") for link in links), links
    assert '<link rel="canonical" href="https://library.example/books/">' in page
