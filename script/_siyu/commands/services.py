"""script/services up|down|env: PostgreSQL and Redis alone, for work on the code."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from _siyu import console, installing, project, services
from _siyu.console import stop
from _siyu.datadir import open_data


def run(arguments: Sequence[str]) -> int:
    """Start, stop or name the services of a data folder; `export` lines go to stdout."""
    parser = argparse.ArgumentParser(prog="script/services")
    parser.add_argument("action", choices=["up", "down", "env"])
    parser.add_argument("--data", type=Path, default=project.DEFAULT_DATA)
    options = parser.parse_args(arguments)
    console.speak_on(sys.stderr)
    installing.install(with_browser=False)
    data = open_data(options.data)
    if options.action == "env" and not services.are_running(data):
        stop(f"数据文件夹 {data.root} 上没有运行中的数据库和 Redis,请先用 up 启动。")
    if options.action == "down":
        services.pin(data, pinned=False)
    with services.in_use(data) as addresses:
        if options.action == "up":
            services.pin(data, pinned=True)
        if options.action != "down":
            for name, value in addresses.items():
                print(f"export {name}='{value}'")
    return 0
