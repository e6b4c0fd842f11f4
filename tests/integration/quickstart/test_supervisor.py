"""The supervisor with small programs: it runs `python -m`, so each is a module in a folder."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from quickstart.console import Console
from quickstart.errors import ChildExitedError
from quickstart.supervisor import MAX_RESTARTS, Supervisor
from tests.support.processes import has_ended, wait_until

PROGRAMS = {
    "finishes": "print('done')",
    "fails": "import sys; print('before'); sys.exit('no such thing')",
    "waits": "import signal; print('waiting', flush=True); signal.pause()",
    "writes_on_ending": """
import pathlib, signal, sys
def end(*_):
    with pathlib.Path("ended").open("a") as file: file.write(sys.argv[1] + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("waiting", flush=True)
signal.pause()
""",
    # Like a web server: a worker that outlives a killed parent.
    "has_a_worker": """
import signal, subprocess, sys
worker = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(worker.pid, flush=True)
signal.pause()
""",
}


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(tmp_path: Path, screen: io.StringIO) -> Iterator[Supervisor]:
    for name, program in PROGRAMS.items():
        (tmp_path / f"{name}.py").write_text(program)
    with Supervisor(tmp_path, {**os.environ, "PYTHONUNBUFFERED": "1"}, Console(screen, coloured=False)) as supervisor:
        yield supervisor


def has_output(screen: io.StringIO, name: str) -> bool:
    return any(line.startswith(name) for line in screen.getvalue().splitlines())


def test_labels_the_output_of_a_process_with_its_name(supervisor: Supervisor, screen: io.StringIO) -> None:
    supervisor.run("seed", "finishes")

    assert screen.getvalue() == "seed            | done\n"


def test_reports_the_status_and_the_last_line_of_a_process_that_fails(supervisor: Supervisor) -> None:
    with pytest.raises(ChildExitedError, match=r"^seed ended with status 1; its last line: no such thing\.$"):
        supervisor.run("seed", "fails")


def test_reports_the_signal_that_killed_a_process(supervisor: Supervisor) -> None:
    supervisor.start("recommendations", "waits")
    child = supervisor.start("marketplace", "waits")
    wait_until(lambda: child.process.poll() is None)
    child.process.kill()

    with pytest.raises(ChildExitedError, match=r"^marketplace was killed by signal 9 \(Killed\); its last line: "):
        supervisor.wait()


def test_notices_a_process_that_ends_while_another_one_runs(supervisor: Supervisor) -> None:
    supervisor.start("recommendations", "fails")

    with pytest.raises(ChildExitedError, match=r"^recommendations ended with status 1"):
        supervisor.run("seed", "waits")


def test_notices_a_process_that_ends_before_it_is_ready(supervisor: Supervisor) -> None:
    child = supervisor.start("recommendations", "finishes")

    with pytest.raises(ChildExitedError, match=r"^recommendations ended with status 0; its last line: done"):
        supervisor.wait_until_ready(lambda: False, child)


def test_notices_the_end_of_a_watched_process(supervisor: Supervisor) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        supervisor.watch("postgres", process, lambda: "PANIC: disk full")

    with pytest.raises(ChildExitedError, match=r"^postgres ended with status 0; its last line: PANIC: disk full\.$"):
        supervisor.wait()


def test_stops_the_youngest_process_first(tmp_path: Path, supervisor: Supervisor, screen: io.StringIO) -> None:
    with supervisor:
        for name in ("first", "second", "third"):
            child = supervisor.start(name, "writes_on_ending", name)
            supervisor.wait_until_ready(partial(has_output, screen, name), child)

    assert (tmp_path / "ended").read_text().split() == ["third", "second", "first"]


def test_stops_the_workers_of_a_process_that_was_killed(supervisor: Supervisor, screen: io.StringIO) -> None:
    with supervisor:
        child = supervisor.start("marketplace", "has_a_worker")
        supervisor.wait_until_ready(partial(has_output, screen, "marketplace"), child)
        worker = int(screen.getvalue().split()[-1])
        child.process.kill()
        child.process.wait()
        os.kill(worker, 0)

    wait_until(lambda: has_ended(worker))


def test_starts_a_process_again_a_few_times(
    supervisor: Supervisor, screen: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quickstart.supervisor.RESTART_PAUSE_S", 0.0)
    child = supervisor.start("fails", "fails")

    with pytest.raises(ChildExitedError, match=r"fails ended with status 1; its last line: no such thing\."):
        supervisor.wait(restartable=child)

    assert [f"({number} of {MAX_RESTARTS})" in screen.getvalue() for number in range(1, 5)] == [True, True, True, False]


def test_starts_no_other_process_again(supervisor: Supervisor, screen: io.StringIO) -> None:
    child = supervisor.start("waits", "waits")
    supervisor.start("fails", "fails")

    with pytest.raises(ChildExitedError, match="fails ended"):
        supervisor.wait(restartable=child)

    assert "Starting it again" not in screen.getvalue()
