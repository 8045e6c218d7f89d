"""What a command says to the person who started it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, TextIO


class _Voice:
    stream: TextIO | None = None


class Stop(Exception):
    """Ends the command with exit code 1; the message is one Chinese sentence for the person."""


def stop(sentence: str) -> NoReturn:
    """Raise `Stop` with the sentence."""
    raise Stop(sentence)


def speak_on(stream: TextIO) -> None:
    """Send everything said from now on to the stream (stderr where stdout carries an answer)."""
    _Voice.stream = stream


def say(line: str = "") -> None:
    """Print one line at once."""
    print(line, file=_Voice.stream or sys.stdout, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say that a step began, and how many seconds it took when it ends well."""
    say(f"· {name} …")
    begin = time.monotonic()
    yield
    say(f"  {name}:完成({time.monotonic() - begin:.1f} 秒)")
