"""No wait of the quickstart loses a signal, whenever it arrives.

The program waits for a child that does not end. The test sends a signal, waits for the reply, and sends the next one. A
lost signal leaves the program in its wait, so the reply is missing. The program and the test both pause for a random
moment, so the signal arrives before, during and after the start of the wait.
"""

import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from quickstart.settings import PROJECT_ROOT

SIGNALS = 1_000
REPLY_TIMEOUT_S = 10.0
MAX_PAUSE_S = 200e-6

SPIN = """
import time
from random import Random

def spin(random):
    end = time.perf_counter() + random.uniform(0, 200e-6)
    while time.perf_counter() < end:
        pass
"""

WAITS_FOR_A_CHILD = (
    SPIN
    + """
import os, subprocess, sys
from quickstart import signals

random = Random(5)
with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
    while True:
        signals.install_handlers()
        try:
            os.write(1, b"w")
            spin(random)
            signals.wait_until(lambda: child.poll() is not None)
            sys.exit(0)
        except KeyboardInterrupt:
            pass
"""
)

WAITS_FOR_ANY_OF_ITS_CHILDREN = (
    SPIN
    + """
import os, subprocess, sys
from pathlib import Path
from quickstart import signals
from quickstart.console import Console
from quickstart.supervisor import Supervisor

random = Random(5)
with (
    subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child,
    Supervisor(Path.cwd(), os.environ, Console(sys.stderr, coloured=False)) as supervisor,
):
    supervisor.watch("cat", child, str)
    while True:
        signals.install_handlers()
        try:
            os.write(1, b"w")
            spin(random)
            supervisor.wait()
        except KeyboardInterrupt:
            pass
"""
)

NOTICES_THE_EXIT_OF_A_CHILD = """
import os, subprocess, sys
from quickstart import signals

signals.install_handlers()
while True:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    os.write(1, b"%d " % child.pid)
    signals.wait_until(lambda: child.poll() is not None)
    child.stdin.close()
"""


@contextmanager
def running(program: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=PROJECT_ROOT, bufsize=0
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout
    readable, _, _ = select.select([process.stdout], [], [], REPLY_TIMEOUT_S)
    assert readable, "the program still waits: it has lost a signal"
    return process.stdout.read(100)


def pause(random: Random) -> None:
    """Spin for a random moment; a sleep is too coarse."""
    end = time.perf_counter() + random.uniform(0, MAX_PAUSE_S)
    while time.perf_counter() < end:
        pass


@pytest.mark.parametrize("program", [WAITS_FOR_A_CHILD, WAITS_FOR_ANY_OF_ITS_CHILDREN], ids=["child", "supervisor"])
def test_every_one_of_a_thousand_signals_ends_the_wait(program: str) -> None:
    random = Random(11)
    with running(program) as process:
        for _ in range(SIGNALS):
            assert read(process) == b"w"
            pause(random)
            process.send_signal(random.choice((signal.SIGINT, signal.SIGTERM)))
        assert read(process) == b"w"


def test_every_exit_of_a_child_ends_the_wait() -> None:
    random = Random(11)
    with running(NOTICES_THE_EXIT_OF_A_CHILD) as process:
        for _ in range(SIGNALS // 10):
            child = int(read(process))
            pause(random)
            subprocess.run(["kill", "-KILL", str(child)], check=True)
        assert read(process)
