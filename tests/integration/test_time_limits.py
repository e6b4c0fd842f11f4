"""Pytest runs whose tests hang: they end, and so do their child processes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.processes import has_ended, wait_until

HANGS_WITH_A_CHILD = """
import pytest, subprocess, threading
from pathlib import Path

def start(name, *prefix):
    process = subprocess.Popen([*prefix, "sleep", "1000"], start_new_session=True)
    Path(__file__).with_name(name).write_text(str(process.pid))
    return process

@pytest.fixture(scope="module")
def shared():
    with start("shared") as process:
        yield process
        process.kill()

@pytest.mark.time_limit(LIMIT, reason="to see it expire")
def test_hangs(shared):
    threading.Thread(target=threading.Event().wait, name="bystander", daemon=True).start()
    with start("own"):
        pass

def test_passes(shared):
    assert shared.poll() is None
"""


REACTS_TO_INTERRUPTS = """
import signal, subprocess, sys

def test_it():
    program = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\\n"
"""
START_TIMEOUT_S = 40.0

Pytest = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_pytest(tmp_path: Path) -> Pytest:
    """Give a function that starts pytest with our plugin on a test file."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.support.time_limits"]\n')
    (tmp_path / "pytest.ini").write_text("[pytest]\ntimeout = 20\n")

    def start(test: str, *arguments: str) -> "subprocess.Popen[str]":
        (tmp_path / "test_it.py").write_text(test)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "pytest",
                "-c",
                tmp_path / "pytest.ini",
                "-p",
                "no:schemathesis",  # as in pyproject.toml
                *arguments,
                tmp_path,
            ],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def pid_in(file: Path) -> int:
    wait_until(lambda: file.exists() and file.read_text(), START_TIMEOUT_S)
    return int(file.read_text())


@pytest.mark.parametrize("arguments", [(), ("-n1",)], ids=["alone", "xdist"])
def test_a_test_that_hangs_fails_and_its_child_is_killed(
    start_pytest: Pytest, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    output, _ = start_pytest(HANGS_WITH_A_CHILD.replace("LIMIT", "1"), *arguments).communicate()

    assert "1 failed, 1 passed" in output
    assert "Timeout: still running after 1 s." in output
    assert "Stack of thread bystander" in output
    assert re.search(r"Killed \d+: sleep 1000", output)
    assert has_ended(pid_in(tmp_path / "own"))


@pytest.mark.parametrize("arguments", [(), ("-n1",)], ids=["alone", "xdist"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_a_run_with_all_child_processes(
    start_pytest: Pytest, tmp_path: Path, arguments: tuple[str, ...], number: signal.Signals
) -> None:
    if number == signal.SIGKILL and not arguments:
        pytest.skip("only workers can react to the end of their parent")
    run = start_pytest(HANGS_WITH_A_CHILD.replace("LIMIT", "50"), *arguments)
    own, shared = pid_in(tmp_path / "own"), pid_in(tmp_path / "shared")

    run.send_signal(number)
    run.communicate()

    assert run.returncode == (-number if number == signal.SIGKILL else pytest.ExitCode.INTERRUPTED)
    wait_until(lambda: has_ended(own) and has_ended(shared))


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("@pytest.mark.time_limit(5)", "needs seconds and a reason"),
        ("@pytest.mark.time_limit(0, reason='none')", "needs seconds and a reason"),
        ("@pytest.mark.timeout(0)", "use time_limit"),
    ],
)
def test_a_test_cannot_go_without_a_limit(start_pytest: Pytest, test: str, message: str) -> None:
    run = start_pytest(f"import pytest\n{test}\ndef test_it(): pass\n")

    assert message in run.communicate()[0]
    assert run.returncode == pytest.ExitCode.USAGE_ERROR


def test_a_run_cannot_go_without_a_limit(start_pytest: Pytest) -> None:
    run = start_pytest("def test_it(): pass\n", "--timeout=0")

    assert "every test needs a time limit" in run.communicate()[0]
    assert run.returncode == pytest.ExitCode.USAGE_ERROR


@pytest.fixture
def interrupts_are_ignored() -> Iterator[None]:
    """Let new processes begin like the background jobs of a shell script."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts_are_ignored")
def test_programs_that_a_run_in_the_background_starts_react_to_interrupts(start_pytest: Pytest) -> None:
    run = start_pytest(REACTS_TO_INTERRUPTS)
    output, _ = run.communicate()

    assert run.returncode == 0, output
