"""Pytest plugin: no test hangs, and no child process outlives its test or the run.

Each test has 60 s (`timeout` in pyproject.toml) unless `@pytest.mark.time_limit(seconds, reason="…")` allows more. A
test that takes longer fails with the stacks of all threads, and the child processes that it started are killed. SIGTERM
ends a run, with xdist's workers and everything that they started.
"""

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable
from types import FrameType
from typing import Any

import psutil
import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key

TERMINATED = 128 + signal.SIGTERM
GRACE_S = 15.0
"""How long a run may take to end after SIGTERM, and a test after its time limit, before everything is killed."""
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36

_shared: set[int] = set()
"""The child processes that fixtures of more than one test have started."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "time_limit(seconds, reason): more than the usual 60 s, and why")
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        # Processes whose parent dies become our children, so we find them.
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        if _is_worker(config):
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end_run)
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # A shell starts background jobs so, and the programs that tests start would ignore it as well.
            signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    kill(psutil.Process().children(recursive=True))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Turn our marks into those of pytest-timeout, and refuse tests without a limit."""
    usual = config.getoption("timeout")
    if (config.getini("timeout") if usual is None else usual) in ("", "0", 0, None):
        raise pytest.UsageError("every test needs a time limit: set `timeout`")
    for item in items:
        if item.get_closest_marker("timeout"):
            raise pytest.UsageError(f"{item.nodeid}: use time_limit(seconds, reason=…) instead of timeout")
        limit = item.get_closest_marker("time_limit")
        if limit:
            item.add_marker(pytest.mark.timeout(_seconds(item, *limit.args, **limit.kwargs)))


def _seconds(item: pytest.Item, seconds: float = 0, reason: str = "") -> float:
    if seconds <= 0 or not reason:
        raise pytest.UsageError(f"{item.nodeid}: time_limit needs seconds and a reason")
    return seconds


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
    """Remember the child processes of fixtures that several tests share."""
    if fixturedef.scope == "function":
        return (yield)
    before = _children()
    result = yield
    _shared.update(_children() - before)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool:
    """Set the timer of a test in place of pytest-timeout's own, which leaves child processes alone."""

    def expire(_number: int, _frame: FrameType | None) -> None:
        stacks = _stacks()
        killed = kill_children_of_test()
        pytest.fail(f"Timeout: still running after {settings.timeout:g} s.\n{killed}\n{stacks}")

    def cancel() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()

    item.cancel_timeout = cancel  # type: ignore[attr-defined]
    signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout)
    # For a main thread that never executes bytecode again.
    stderr = item.config.stash.get(fault_handler_stderr_fd_key, 2)
    faulthandler.dump_traceback_later(settings.timeout + GRACE_S, exit=True, file=stderr)
    return True


def kill_children_of_test() -> str:
    """Kill the child processes that the current test started, with their descendants, and list them."""
    own = [child for child in psutil.Process().children() if child.pid not in _shared]
    family = [*own, *(descendant for child in own for descendant in _descendants(child))]
    lines = [f"Killed {process.pid}: {_command_line(process)}" for process in family]
    kill(family)
    return "\n".join(lines)


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill processes; those that have ended already are left alone."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _end_run(_number: int, _frame: FrameType | None) -> None:
    """End the run in order, or by force if that takes too long."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_by_force, name="end by force", daemon=True).start()
    for child in psutil.Process().children():
        if "PYTEST_XDIST_WORKER" not in os.environ and "execnet" in _command_line(child):
            child.terminate()
        elif child.pid not in _shared:
            kill([*_descendants(child), child])
    pytest.exit("ended by SIGTERM")


def _end_by_force() -> None:
    time.sleep(GRACE_S)
    kill(psutil.Process().children(recursive=True))
    os._exit(TERMINATED)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _attempt(function: Callable[[], list[Any]]) -> list[Any]:
    try:
        return function()
    except psutil.NoSuchProcess:
        return []


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    return _attempt(lambda: process.children(recursive=True))


def _command_line(process: psutil.Process) -> str:
    return " ".join(_attempt(process.cmdline))


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"Stack of thread {names.get(ident, ident)}:\n{''.join(traceback.format_stack(frame))}"
        for ident, frame in sys._current_frames().items()  # noqa: SLF001 - documented, and pytest-timeout uses it as well
    )
