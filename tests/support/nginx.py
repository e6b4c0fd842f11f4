"""The nginx of deploy/nginx/ in front of the marketplace."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quickstart.child_process import stop_process
from quickstart.die_with_parent import die_with_parent
from tests.conftest import ROOT
from tests.support.processes import unused_port, wait_until

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
CONFIGURATION = ROOT / "deploy" / "nginx" / "bookstall.conf"


@contextmanager
def nginx_in_front_of(page_port: int, folder: Path, second_port: int | None = None) -> Iterator[int]:
    """Run nginx with our configuration, its addresses replaced, in front of one or two replicas; give its port."""
    assert PROGRAM
    port = unused_port()
    text = CONFIGURATION.read_text("utf-8")
    replacements = [
        (2, r"server 127\.0\.0\.1:5000 ", f"server 127.0.0.1:{page_port} "),
        (1, r"listen 127\.0\.0\.1:8080 ", f"listen 127.0.0.1:{port} "),
        (1, r"pid \S+;", f"pid {folder}/nginx.pid;"),
    ]
    if second_port:
        replacements += [(2, r"# server 127\.0\.0\.1:5001 ", f"server 127.0.0.1:{second_port} ")]
    for expected, pattern, replacement in replacements:
        text, count = re.subn(pattern, replacement, text)
        assert count == expected, pattern
    path = folder / "nginx.conf"
    path.write_text(text, "utf-8")
    shutil.copy2(CONFIGURATION.with_name("page-proxy.conf"), folder)
    with (folder / "nginx.log").open("wb") as log:
        command = [*die_with_parent("KILL"), PROGRAM, "-c", str(path), "-g", "daemon off;"]
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until(lambda: _accepts(port))
        yield port
    finally:
        stop_process(process, 10.0, group=True)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
