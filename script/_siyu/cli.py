"""`script/NAME args` ends here as `main([NAME, *args])`."""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import cast

from .console import Stop

_COMMANDS = ("setup", "server", "manage", "check", "test", "soak", "shots", "services", "bench")


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    name, *rest = arguments
    if name not in _COMMANDS:
        raise SystemExit(f"unknown command {name}")
    module = importlib.import_module(f"_siyu.commands.{name}")
    run = cast(Callable[[Sequence[str]], int], module.run)
    try:
        return run(rest)
    except Stop as sentence:
        print(sentence, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
