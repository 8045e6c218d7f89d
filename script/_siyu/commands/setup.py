"""script/setup: make this checkout ready to run."""

import argparse
from collections.abc import Sequence

from _siyu import installing
from _siyu.console import say


def run(arguments: Sequence[str]) -> int:
    """Install what is missing; says so when there is nothing to do."""
    parser = argparse.ArgumentParser(prog="script/setup")
    parser.add_argument(
        "--runtime", action="store_true", help="只装运行所需:不装内嵌数据库和浏览器(给镜像用)"
    )
    options = parser.parse_args(arguments)
    if options.runtime:
        installing.install_runtime()
    else:
        installing.install(with_browser=True, again=True)
    say("安装已就绪。")
    return 0
