"""Turns the signals that ask us to end into one KeyboardInterrupt, so that everything is stopped in order."""

import signal
from types import FrameType

# Ctrl-C, `kill`, and a terminal that is closed.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_on_signals() -> None:
    """Raise KeyboardInterrupt in the main thread at the first such signal; ignore those that follow.

    SIGINT counts even where a script's shell has it ignored for a job in the background: whoever sends it means us.
    SIGHUP stays ignored under nohup.
    """
    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def ignore_signals() -> None:
    """Let nothing but SIGKILL disturb us from now on."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    ignore_signals()
    raise KeyboardInterrupt
