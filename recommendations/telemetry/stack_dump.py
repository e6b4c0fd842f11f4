"""Writes all asyncio tasks and thread stacks to the log when SIGUSR1 arrives, to see where a service hangs."""

import asyncio
import gc
import logging
import signal
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Coroutine, Generator
from types import CoroutineType, FrameType
from typing import Any

MAX_STACKS = 100
"""Stacks beyond this are left out. Tasks that wait at the same place share one."""

_log = logging.getLogger(__name__)


def dump_on_signal(loop: asyncio.AbstractEventLoop) -> None:
    """Dump at each SIGUSR1 from now on. Call it in the main thread."""

    # A separate thread cannot deadlock on a lock of the interrupted code, and works while the event loop hangs.
    def dump(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=_dump, args=(loop,), name="stack-dump").start()

    signal.signal(signal.SIGUSR1, dump)


def _dump(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    _log.info("SIGUSR1: %d tasks, %d threads", len(tasks), threading.active_count() - 1)
    coroutines: list[Any] = [task.get_coro() for task in tasks]
    coroutines += _hidden(coroutines)
    for stack, count in Counter(map(_stack_of, coroutines)).most_common(MAX_STACKS):
        _log_stack(f"{count} tasks" if count > 1 else "task", stack)
    frames = sys._current_frames()  # noqa: SLF001  # documented despite its name
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.ident in frames:
            _log_stack(f"thread {thread.name}", "".join(traceback.format_stack(frames[thread.ident])))


def _hidden(outermost: list[Any]) -> list[Any]:
    """Return the suspended coroutines that only compiled coroutines of gRPC await, which hide what they await."""
    coroutines = [item for item in gc.get_objects() if isinstance(item, CoroutineType) and item.cr_frame]
    known = {id(coroutine) for coroutine in outermost} | {id(coroutine.cr_await) for coroutine in coroutines}
    return [coroutine for coroutine in coroutines if id(coroutine) not in known]


def _stack_of(outermost: Any) -> str:
    """Return where each coroutine of a suspended task waits; `Task.get_stack` returns only the outermost."""
    waiting = outermost
    lines = []
    while isinstance(waiting, Coroutine | Generator):
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
        if frame:
            lines.append(f'  File "{frame.f_code.co_filename}", line {frame.f_lineno}, in {frame.f_code.co_qualname}\n')
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
    return "".join(lines)


def _log_stack(title: str, stack: str) -> None:
    record = _log.makeRecord(_log.name, logging.INFO, __file__, 0, title, (), None, sinfo=stack.rstrip())
    _log.handle(record)
