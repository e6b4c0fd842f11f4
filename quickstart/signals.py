"""Signals that end the program, and a wait that every signal interrupts.

When a signal arrives, CPython only sets a flag; the Python handler runs when the main thread executes bytecode again.
So a signal that arrives just before a blocking call, such as `waitpid`, does not interrupt it. Here each signal also
writes a byte to a socket (`signal.set_wakeup_fd`), and the wait selects on that socket, where the byte stays until it
is read. The exit of a child process is such a signal, too (SIGCHLD).
"""

import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

# Ctrl-C, `kill`, and a terminal that is closed.
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_S = 0.01


@dataclass
class _Installed:
    selector: selectors.BaseSelector
    reader: socket.socket
    writer: socket.socket
    end_requested: bool = False
    is_ending: bool = False


_installed: _Installed | None = None


def install_handlers() -> None:
    """Let `wait_until` raise KeyboardInterrupt after the first ending signal; the following ones are ignored.

    SIGINT is handled even if it was ignored at start, as shells do for background jobs of scripts.
    SIGHUP stays ignored under nohup. Call it in the main thread.
    """
    global _installed  # noqa: PLW0603 - signal handlers belong to the process, so their state does as well
    if _installed is None:
        reader, writer = socket.socketpair()
        writer.setblocking(False)  # noqa: FBT003 - required by set_wakeup_fd
        selector = selectors.DefaultSelector()
        selector.register(reader, selectors.EVENT_READ)
        _installed = _Installed(selector, reader, writer)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    _installed.end_requested = _installed.is_ending = False
    # Only signals with a handler write to the wakeup socket.
    signal.signal(signal.SIGCHLD, _ignore)
    for number in ENDING_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _request_end)


def end_requested() -> bool:
    """Return whether an ending signal has arrived."""
    return _installed is not None and _installed.end_requested


def ignore_ending_signals() -> None:
    """Ignore ending signals from now on, so that only SIGKILL can interrupt the shutdown."""
    if _installed:
        _installed.is_ending = True
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def wait_until(condition: Callable[[], object], timeout_s: float | None = None, *, poll_s: float | None = None) -> bool:
    """Wait until a condition holds, which is checked at once and after each signal.

    Args:
        condition: returns a true value when the wait is over.
        timeout_s: how long to wait; None: without a limit.
        poll_s: how often to check it without a signal; None: never. Without `install_handlers`, every 10 ms.

    Returns:
        False if the time is over and the condition does not hold.

    Raises:
        KeyboardInterrupt: an ending signal has arrived.
    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while True:
        _raise_if_end_requested()
        if condition():
            return True
        pause_s = poll_s
        if deadline is not None:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return False
            pause_s = left_s if poll_s is None else min(left_s, poll_s)
        _pause(pause_s)


def _raise_if_end_requested() -> None:
    if _installed and _installed.end_requested and not _installed.is_ending:
        ignore_ending_signals()
        raise KeyboardInterrupt


def _pause(pause_s: float | None) -> None:
    """Return at the next signal, or after this time."""
    if _installed is None:
        # Outside the launcher nothing wakes the selector, so look again soon.
        time.sleep(POLL_S if pause_s is None else min(pause_s, POLL_S))  # poll interval; the caller checks its deadline
        return
    while _installed.selector.select(pause_s):
        _installed.reader.recv(4096)
        pause_s = 0


def _request_end(_number: int, _frame: object) -> None:
    if _installed:
        _installed.end_requested = True


def _ignore(_number: int, _frame: object) -> None:
    """Do nothing. Unlike SIG_IGN, a handler lets Python write to the wakeup socket and wait for children."""
