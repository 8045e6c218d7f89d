"""script/setup: make this checkout ready to run."""

import argparse
from collections.abc import Sequence

from _siyu import installing
from _siyu.console import say


def run(arguments: Sequence[str]) -> int:
    """Install what is missing; says so when there is nothing to do."""
    argparse.ArgumentParser(prog="script/setup").parse_args(arguments)
    installing.install(with_browser=True, again=True)
    say("安装已就绪。")
    return 0
