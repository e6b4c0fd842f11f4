"""The launcher of the embedded server as a process of its own, which may be killed."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psycopg
import pytest

from quickstart.settings import PROJECT_ROOT

Eventually = Callable[[Callable[[], object]], None]
Launch = Callable[..., subprocess.Popen[str]]
IsGone = Callable[[int], bool]

LAUNCHER = """
import os, sys
from pathlib import Path
from quickstart.devdb.binaries import find_bindir
from quickstart.signals import interrupt_on_signals
from quickstart.devdb.data_folder import locked
from quickstart.errors import QuickstartError
from quickstart.devdb.postgres import embedded_server
from quickstart.devdb.temporary_server import SETTINGS

interrupt_on_signals()
try:
    with (
        locked(Path(sys.argv[1])) as folder,
        embedded_server(folder, find_bindir(os.environ), SETTINGS) as server,
        folder.publish_url(server.url),
    ):
        print(server.process.pid, server.url, flush=True)
        server.process.wait()
except QuickstartError as error:
    sys.exit(str(error))
except KeyboardInterrupt:
    pass
"""

NOBODY_ID = 65_534
SOMEBODY_ID = pwd.getpwnam("daemon").pw_uid  # initdb wants a user that has a name
SOMEBODY = ("setpriv", f"--reuid={SOMEBODY_ID}", f"--regid={SOMEBODY_ID}", "--clear-groups")


def ready(launcher: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the server's process id and address, as soon as it is ready."""
    assert launcher.stdout
    assert launcher.stderr
    printed = launcher.stdout.readline().split()
    assert printed, launcher.stderr.read()
    return int(printed[0]), printed[1]


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


@pytest.fixture
def as_root() -> None:
    """Skip where we are no root, who alone can become somebody else, or where others may not run our programs."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    if subprocess.run([*SOMEBODY, sys.executable, "-c", "import quickstart"], cwd=PROJECT_ROOT, check=False).returncode:
        pytest.skip(f"others may not run {sys.executable}")


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Give a function that starts a launcher of its own process on a data folder, behind a prefix.

    It prints the server's process id and address when that is ready.
    """
    with ExitStack() as stack:

        def start(folder: Path, *prefix: str, **environ: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-c", LAUNCHER, str(folder)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=PROJECT_ROOT,
                env={**os.environ, **environ},
            )
            stack.enter_context(process)
            stack.callback(process.send_signal, signal.SIGTERM)
            return process

        yield start


@pytest.fixture
def heeds_hangups() -> Iterator[None]:
    """Let new processes heed SIGHUP, even where the tests themselves run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heeds_hangups")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_stops_the_server_in_order_when_it_is_asked_to_end(
    data: Path, launch: Launch, is_gone: IsGone, number: signal.Signals
) -> None:
    launcher = launch(data)
    server, _ = ready(launcher)

    launcher.send_signal(number)

    assert launcher.wait(timeout=30) == 0
    assert is_gone(server)
    assert "database system is shut down" in (data / "postgres.log").read_text()


def test_goes_on_when_the_terminal_is_gone_under_nohup(data: Path, launch: Launch) -> None:
    launcher = launch(data, "nohup")
    _, url = ready(launcher)

    launcher.send_signal(signal.SIGHUP)

    with pytest.raises(subprocess.TimeoutExpired):
        launcher.wait(timeout=0.5)
    assert answers(url)


def test_leaves_no_server_when_it_is_killed(
    data: Path, launch: Launch, eventually: Eventually, is_gone: IsGone
) -> None:
    launcher = launch(data)
    server, _ = ready(launcher)

    launcher.kill()

    eventually(lambda: is_gone(server))
    assert "database system is shut down" in (data / "postgres.log").read_text()
    assert answers(ready(launch(data))[1])


def test_stops_an_orphan_that_nothing_else_has_stopped(
    temporary: Path, data: Path, launch: Launch, is_gone: IsGone
) -> None:
    # Without setpriv on the path, there is no leash, as on macOS.
    tools = temporary / "tools"
    tools.mkdir()
    for tool in ("unshare", "test"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    launcher = launch(data, PATH=str(tools))
    orphan, _ = ready(launcher)
    launcher.kill()
    launcher.wait()
    assert not is_gone(orphan)

    _, url = ready(launch(data))

    assert is_gone(orphan)
    assert answers(url)


@pytest.mark.usefixtures("as_root")
def test_works_for_an_ordinary_user_and_stays_that_users_when_root_runs_it(temporary: Path, launch: Launch) -> None:
    os.chown(temporary, SOMEBODY_ID, SOMEBODY_ID)
    for prefix in (SOMEBODY, ()):
        launcher = launch(temporary, *prefix)
        server, url = ready(launcher)

        assert answers(url)
        assert Path(f"/proc/{server}").stat().st_uid == SOMEBODY_ID
        launcher.terminate()
        launcher.wait()


@pytest.mark.usefixtures("as_root")
def test_leaves_the_data_roots_where_root_may_make_namespaces(data: Path, launch: Launch) -> None:
    if subprocess.run(["unshare", "--user", "true"], check=False).returncode:
        pytest.skip("no user namespaces here")
    _, url = ready(launch(data))

    assert answers(url)
    assert (data / "postgres").stat().st_uid == 0


@pytest.mark.usefixtures("as_root")
def test_gives_only_the_data_to_nobody_where_there_are_no_namespaces(
    temporary: Path, launch: Launch, eventually: Eventually, is_gone: IsGone
) -> None:
    # Without unshare on the path; the first start makes the data, the second finds it.
    tools = temporary / "tools"
    tools.mkdir()
    for tool in ("setpriv", "test", "true"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    data = temporary / "data"
    for number in (signal.SIGKILL, signal.SIGTERM):
        launcher = launch(data, PATH=str(tools))
        server, url = ready(launcher)

        assert answers(url)
        assert Path(f"/proc/{server}").stat().st_uid == NOBODY_ID
        assert (data / "postgres").stat().st_uid == NOBODY_ID
        assert data.stat().st_uid == 0
        launcher.send_signal(number)
        eventually(partial(is_gone, server))


@pytest.mark.usefixtures("as_root")
def test_tells_an_ordinary_user_that_the_data_folder_is_somebody_elses(temporary: Path, launch: Launch) -> None:
    launcher = launch(temporary, *SOMEBODY)

    _, said = launcher.communicate()

    assert launcher.returncode == 1
    assert f"The data folder {temporary} cannot be used (Permission denied)" in said
    assert "Traceback" not in said
