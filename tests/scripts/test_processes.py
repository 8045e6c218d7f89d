"""Processes are recognised for good, and end when they are told or when their parent does."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

from _siyu import processes

ROOT = Path(__file__).resolve().parents[2]
STUBBORN = (
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
)
PARENT = """
import subprocess, sys, time
sys.path.insert(0, "script")
from _siyu.processes import end_with_parent
child = subprocess.Popen(["sleep", "60"], preexec_fn=end_with_parent())
print(child.pid, flush=True)
time.sleep(60)
"""


def test_one_that_obeys_ends_by_the_first_signal():
    child = subprocess.Popen(["sleep", "60"])

    assert processes.end(child.pid, signal.SIGTERM, 5)
    assert processes.started_at(child.pid) is None


def test_one_that_does_not_obey_is_killed():
    child = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
    assert child.stdout
    child.stdout.readline()

    assert not processes.end(child.pid, signal.SIGTERM, 0.2)
    assert processes.started_at(child.pid) is None


def test_a_child_does_not_outlive_a_killed_parent():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert processes.started_at(child) is not None

    parent.kill()
    parent.wait()

    assert processes.wait_until(lambda: processes.started_at(child) is None, 5)


def test_a_dead_process_is_not_taken_for_a_live_one_before_it_is_reaped():
    child = subprocess.Popen(["true"])

    assert processes.wait_until(lambda: processes.started_at(child.pid) is None, 5)

    child.wait()


def test_a_taken_port_is_not_free_and_another_is_chosen():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert not processes.is_free(port)
        assert processes.free_port(port) != port
    assert processes.free_port(port) == port
