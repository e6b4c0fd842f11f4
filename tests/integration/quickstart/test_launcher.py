"""The launcher of the embedded server, in its own process that a test may kill."""

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
from tests.support.processes import has_ended, wait_until

Launch = Callable[..., subprocess.Popen[str]]

LAUNCHER = """
import os, sys
from pathlib import Path
from quickstart.devdb.binaries import find_bindir
from quickstart.signals import install_handlers, wait_until
from quickstart.devdb.data_folder import locked
from quickstart.errors import QuickstartError
from quickstart.devdb.postgres import embedded_server
from quickstart.devdb.temporary_server import SETTINGS

install_handlers()
try:
    with (
        locked(Path(sys.argv[1])) as folder,
        embedded_server(folder, find_bindir(os.environ), SETTINGS) as server,
        folder.publish_url(server.url),
    ):
        print(server.process.pid, server.url, flush=True)
        wait_until(lambda: server.process.poll() is not None)
except QuickstartError as error:
    sys.exit(str(error))
except KeyboardInterrupt:
    pass
"""

NOBODY_ID = 65_534
SOMEBODY_ID = pwd.getpwnam("daemon").pw_uid  # initdb needs a user with a name
SOMEBODY = ("setpriv", f"--reuid={SOMEBODY_ID}", f"--regid={SOMEBODY_ID}", "--clear-groups")


def ready(launcher: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the server's process id and address once it is ready."""
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
    """Skip unless we are root, who can change the user, and other users may run our programs."""
    if os.geteuid() != 0:
        pytest.skip("only root can change the user")
    if subprocess.run([*SOMEBODY, sys.executable, "-c", "import quickstart"], cwd=PROJECT_ROOT, check=False).returncode:
        pytest.skip(f"other users may not run {sys.executable}")


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Give a function that starts a launcher on a data folder, as a process behind a command prefix.

    It prints the server's process id and address once the server is ready.
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
def hangup_is_not_ignored() -> Iterator[None]:
    """Let new processes react to SIGHUP, even if the tests run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hangup_is_not_ignored")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_stops_the_server_in_order_on_a_signal(data: Path, launch: Launch, number: signal.Signals) -> None:
    launcher = launch(data)
    server, _ = ready(launcher)

    launcher.send_signal(number)

    assert launcher.wait(timeout=30) == 0
    assert has_ended(server)
    assert "database system is shut down" in (data / "postgres.log").read_text()


def test_keeps_running_under_nohup_when_the_terminal_closes(data: Path, launch: Launch) -> None:
    launcher = launch(data, "nohup")
    _, url = ready(launcher)

    launcher.send_signal(signal.SIGHUP)

    with pytest.raises(subprocess.TimeoutExpired):
        launcher.wait(timeout=0.5)
    assert answers(url)


def test_leaves_no_server_when_it_is_killed(data: Path, launch: Launch) -> None:
    launcher = launch(data)
    server, _ = ready(launcher)

    launcher.kill()

    wait_until(lambda: has_ended(server))
    assert "database system is shut down" in (data / "postgres.log").read_text()
    assert answers(ready(launch(data))[1])


def test_stops_an_orphaned_server_at_the_next_start(temporary: Path, data: Path, launch: Launch) -> None:
    # Without setpriv on the path, the server outlives its launcher, as on macOS.
    tools = temporary / "tools"
    tools.mkdir()
    for tool in ("unshare", "test"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    launcher = launch(data, PATH=str(tools))
    orphan, _ = ready(launcher)
    launcher.kill()
    launcher.wait()
    assert not has_ended(orphan)

    _, url = ready(launch(data))

    assert has_ended(orphan)
    assert answers(url)


@pytest.mark.usefixtures("as_root")
def test_runs_as_the_owner_of_the_data_folder_when_root_starts_it(temporary: Path, launch: Launch) -> None:
    os.chown(temporary, SOMEBODY_ID, SOMEBODY_ID)
    for prefix in (SOMEBODY, ()):
        launcher = launch(temporary, *prefix)
        server, url = ready(launcher)

        assert answers(url)
        assert Path(f"/proc/{server}").stat().st_uid == SOMEBODY_ID
        launcher.terminate()
        launcher.wait()


@pytest.mark.usefixtures("as_root")
def test_keeps_root_as_the_owner_where_root_may_make_namespaces(data: Path, launch: Launch) -> None:
    if subprocess.run(["unshare", "--user", "true"], check=False).returncode:
        pytest.skip("no user namespaces here")
    _, url = ready(launch(data))

    assert answers(url)
    assert (data / "postgres").stat().st_uid == 0


@pytest.mark.usefixtures("as_root")
def test_gives_only_the_data_to_the_user_nobody_without_namespaces(temporary: Path, launch: Launch) -> None:
    # Without unshare on the path. The first start makes the data, the second one uses it.
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
        wait_until(partial(has_ended, server))


@pytest.mark.usefixtures("as_root")
def test_reports_a_data_folder_of_another_user(temporary: Path, launch: Launch) -> None:
    launcher = launch(temporary, *SOMEBODY)

    _, output = launcher.communicate()

    assert launcher.returncode == 1
    assert f"The data folder {temporary} cannot be used (Permission denied)" in output
    assert "Traceback" not in output
