"""Writes all thread stacks to the log when SIGUSR1 arrives, to show where a process hangs."""

import logging
import signal
import sys
import threading
import traceback
from types import FrameType

logger = logging.getLogger(__name__)


def dump_on_signal() -> None:
    """Dump at each SIGUSR1 from now on. Call it in the main thread."""

    # Log in a new thread, because the interrupted code may hold a lock that logging needs.
    def dump(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=_dump, name="stack-dump").start()

    signal.signal(signal.SIGUSR1, dump)


def _dump() -> None:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    frames = sys._current_frames()  # noqa: SLF001  # documented, despite its name
    logger.info("SIGUSR1: %d threads", len(frames) - 1)
    for ident, frame in frames.items():
        if ident != threading.get_ident():
            # The web server's own threads have no name.
            title = f"thread {names.get(ident, ident)}"
            stack = "".join(traceback.format_stack(frame)).rstrip()
            logger.handle(logger.makeRecord(logger.name, logging.INFO, __file__, 0, title, (), None, sinfo=stack))
