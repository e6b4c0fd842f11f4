"""The proxies of deploy/ that serve a page below /books."""

import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quickstart.child_process import stop_process
from quickstart.die_with_parent import die_with_parent
from tests.conftest import ROOT
from tests.support.processes import unused_port, wait_until

DEPLOY = ROOT / "deploy"
HOST = "library.example"
_PATH = "/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
_NGINX = """\
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


def find_proxy(name: str) -> str | None:
    """Return the program's path, or None if it is not installed."""
    return shutil.which(name, path=_PATH)


@contextmanager
def proxy_below_a_path(name: str, page_port: int, folder: Path) -> Iterator[str]:
    """Run nginx or caddy with our example, its addresses replaced, and give its URL."""
    port, program = unused_port(), find_proxy(name)
    assert program
    configuration = _nginx(page_port, port, folder) if name == "nginx" else _caddy(page_port, port)
    path = folder / f"{name}.conf"
    path.write_text(configuration, "utf-8")
    arguments = ["-p", str(folder), "-c", str(path)] if name == "nginx" else ["run", "--config", str(path)]
    if name == "caddy":
        arguments += ["--adapter", "caddyfile"]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [*die_with_parent("KILL"), program, *arguments],
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={"HOME": str(folder), "PATH": _PATH},
        )
    try:
        wait_until(lambda: bool(fetch(f"http://127.0.0.1:{port}/books/readyz")))
        yield f"http://127.0.0.1:{port}"
    finally:
        stop_process(process, 10.0, group=True)


def fetch(url: str) -> str:
    """Return what the proxy answers for the public host; empty if nothing."""
    request = urllib.request.Request(url, headers={"Host": HOST})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return str(response.read(), "utf-8")
    except OSError:
        return ""


def _nginx(page_port: int, port: int, folder: Path) -> str:
    server = (DEPLOY / "nginx" / "subpath.conf").read_text("utf-8")
    server = _replaced(server, {"127.0.0.1:8080": f"127.0.0.1:{port}", "127.0.0.1:5000": f"127.0.0.1:{page_port}"})
    return _NGINX.format(folder=folder, server=server)


def _caddy(page_port: int, port: int) -> str:
    site = (DEPLOY / "caddy" / "Caddyfile").read_text("utf-8")
    # Without a certificate, on this computer alone, for any host.
    listener = f"\nhttp://:{port} {{\n\tbind 127.0.0.1"
    replacements = {f"\n{HOST} {{": listener, "127.0.0.1:5000": f"127.0.0.1:{page_port}"}
    return "{\n\tadmin off\n}\n" + _replaced(site, replacements)


def _replaced(text: str, replacements: dict[str, str]) -> str:
    for old, new in replacements.items():
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    return text
