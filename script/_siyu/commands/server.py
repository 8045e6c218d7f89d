"""script/server: the whole product on this machine, until Ctrl-C."""

import argparse
import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from _siyu import fleet, installing, processes, product, programs, project, services
from _siyu.console import say, step, stop
from _siyu.datadir import DataFolder, empty, locked, open_data
from _siyu.product import Place

_MANAGE = [str(project.PYTHON), "manage.py"]


def run(arguments: Sequence[str]) -> int:
    """Bring everything up, print the addresses and logins, stay until a signal."""
    options = _options(arguments)
    data = open_data(options.data)
    with fleet.interruptible(), locked(data.root / "server.lock", _already_running(data)):
        if not processes.is_free(options.port):
            stop(f"端口 {options.port} 已被占用,请用 --port 换一个端口。")
        installing.install(with_browser=False)
        if options.fresh:
            data = _emptied(data)
        return _serve(data, options.port)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/server")
    kept = os.environ.get("SIYU_DATA_DIR") or project.DEFAULT_DATA
    parser.add_argument("--port", type=_port, default=product.DEFAULT_PORT)
    parser.add_argument("--data", type=Path, default=Path(kept))
    parser.add_argument("--fresh", action="store_true", help="forget the data of earlier runs")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError("端口必须是 1 到 65535 之间的整数")
    return int(text)


def _already_running(data: DataFolder) -> str:
    place = product.running_place(data)
    where = f"(http://localhost:{place.port})" if place else ""
    return f"数据文件夹 {data.root} 上已有一个 script/server 在运行{where},请先停止它或用 --data。"


def _emptied(data: DataFolder) -> DataFolder:
    if os.environ.get("DATABASE_URL"):
        stop("--fresh 只清空内置数据库,DATABASE_URL 指向的数据库请自行清空。")
    with step("清空数据文件夹"), services.stopped(data):
        return empty(data)


def _serve(data: DataFolder, port: int) -> int:
    with services.in_use(data) as addresses, _fleet(data) as crew:
        place = _announce(data, port)
        env = product.variables(data, addresses, place)
        if not product.is_upstream_foreign():
            crew.start([programs.twin(data, place, env)])
        with step("准备数据"):
            _manage(env, "prepare")
        crew.start([programs.web(place, env), *programs.workers(env), programs.scheduler(env)])
        crew.start([programs.live(data, place, env)])
        if env["SIYU_ENV"] == "demo":
            crew.start([programs.picture(data, env)])
            with step("演示数据(首次约一两分钟)"):
                _manage(env, "play_demo")
        say()
        _manage(env, "demo_logins")
        if "TWIN_URL" in env:
            say(f"手机(扮演顾客或导购):{env['TWIN_URL']}/phone/")
        say(f"日志:{data.root / 'log'}   停止:Ctrl-C")
        say(f"READY http://localhost:{port}")
        try:
            crew.watch(lambda: services.revive(data))
        except KeyboardInterrupt:
            say("\n· 正在停止 …")
    say("已停止。")
    return 0


@contextlib.contextmanager
def _fleet(data: DataFolder) -> Iterator[fleet.Fleet]:
    crew = fleet.Fleet(data)
    try:
        yield crew
    finally:
        crew.stop()
        (data.root / "server.json").unlink(missing_ok=True)


def _announce(data: DataFolder, port: int) -> Place:
    kept = data.read("services.json")
    twin_port = processes.free_port(kept.get("twin_port", product.DEFAULT_TWIN_PORT))
    live_port = processes.free_port(kept.get("live_port", product.DEFAULT_LIVE_PORT))
    ports = {"port": port, "twin_port": twin_port, "live_port": live_port}
    data.write("services.json", kept | ports)
    me = {"pid": os.getpid(), "born": processes.started_at(os.getpid())}
    data.write("server.json", {**me, **ports})
    return Place(port, twin_port, live_port)


def _manage(env: Mapping[str, str], command: str) -> None:
    """Run one management command of the start-up, its output being ours."""
    child = subprocess.Popen(
        [*_MANAGE, command],
        cwd=project.ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=processes.end_with_parent(),  # noqa: PLW1509 - one thread only
    )
    try:
        code = child.wait()
    except KeyboardInterrupt:
        child.terminate()
        child.wait(30)
        raise
    if code != 0:
        stop(f"manage.py {command} 失败(退出码 {code}),原因见上面的输出。")
