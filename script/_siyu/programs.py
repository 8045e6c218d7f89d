"""The processes the product is made of, as script/server runs them."""

from collections.abc import Mapping
from pathlib import Path

from . import project
from .datadir import DataFolder
from .fleet import Program, responds
from .product import DEMO_STREAM, Place

# Queues are the lanes of siyu/celery.py; greetings never wait behind a nightly run.
_WORKERS = {
    "worker-line": ("greeting,send,money,default", 2, "siyu_app"),
    "worker-bulk": ("sync,nightly", 1, "siyu_app"),
    "worker-ddl": ("ddl", 1, ""),
}
_NAMES = {
    "worker-line": "业务工作进程",
    "worker-bulk": "夜间工作进程",
    "worker-ddl": "建库工作进程",
}


def twin(data: DataFolder, place: Place, env: Mapping[str, str]) -> Program:
    """The local WeCom, 公众号 and WeChat Pay."""
    command = [str(project.PYTHON), "-m", "twin", "--port", str(place.twin_port)]
    command += ["--state", str(data.root / "twin")]
    command += ["--map", f"*.{env['SIYU_BASE_DOMAIN']}=127.0.0.1:{place.port}"]
    command += ["--product-clock-url", f"https://platform.{env['SIYU_BASE_DOMAIN']}/demo/clock"]
    return Program(
        "企业微信模拟器",
        "twin",
        command,
        env,
        lambda _: responds(place.twin_port, "/_twin/healthz"),
    )


def web(place: Place, env: Mapping[str, str]) -> Program:
    """The pages and endpoints, WSGI under granian."""
    command = [str(project.PYTHON), "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(place.port), "--workers", "2"]
    # A backend that has visited many schemas keeps their catalogues, so web workers are renewed.
    command += ["--blocking-threads", "3", "--workers-lifetime", "6h", "--respawn-failed-workers"]
    command += ["--workers-kill-timeout", "10", "siyu.wsgi:application"]
    return Program(
        "网站", "web", command, _as_role(env, "siyu_app"), lambda _: responds(place.port, "/readyz")
    )


def live(data: DataFolder, place: Place, env: Mapping[str, str]) -> Program:
    """The sockets of live rooms, and the files of the demo's picture."""
    command = [str(project.PYTHON), "-m", "livestream.live", "--port", str(place.live_port)]
    command += ["--media", str(media_folder(data))]
    return Program("直播", "live", command, env, lambda _: responds(place.live_port, "/readyz"))


def picture(data: DataFolder, env: Mapping[str, str]) -> Program:
    """A test picture with a tone as HLS: twelve seconds of it on the disk, never more."""
    folder = media_folder(data) / DEMO_STREAM
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    playlist = folder / "index.m3u8"
    return Program("演示画面", "picture", _ffmpeg(playlist), env, lambda _: playlist.exists())


def media_folder(data: DataFolder) -> Path:
    folder = data.root / "hls"
    folder.mkdir(exist_ok=True)
    return folder


def _ffmpeg(playlist: Path) -> list[str]:
    """H.264 and AAC, which every phone plays; fifteen pictures a second cost little."""
    source = "testsrc2=size=360x640:rate=15"
    tone = "sine=frequency=330:sample_rate=44100,volume=0.05"
    flags = "delete_segments+omit_endlist+temp_file"
    return [
        *(str(next(project.FFMPEG_FOLDER.glob("ffmpeg-*"))), "-hide_banner", "-nostdin"),
        *("-loglevel", "warning", "-re", "-f", "lavfi", "-i", source),
        *("-re", "-f", "lavfi", "-i", tone),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-threads", "1"),
        *("-pix_fmt", "yuv420p", "-g", "30", "-b:v", "300k", "-c:a", "aac", "-b:a", "48k"),
        *("-f", "hls", "-hls_time", "2", "-hls_list_size", "6", "-hls_delete_threshold", "2"),
        *("-hls_flags", flags, str(playlist)),
    ]


def workers(env: Mapping[str, str]) -> list[Program]:
    """One Celery worker for each group of lanes."""
    return [_worker(log, env) for log in _WORKERS]


def scheduler(env: Mapping[str, str]) -> Program:
    """The loop that rings the lanes of tenants with due work."""
    command = [str(project.PYTHON), "manage.py", "scheduler"]
    ready = _as_role(env, "siyu_app")
    return Program("调度器", "scheduler", command, ready, lambda said: "scheduler ready" in said)


def _worker(log: str, env: Mapping[str, str]) -> Program:
    queues, children, role = _WORKERS[log]
    command = [str(project.PYTHON), "-m", "celery", "-A", "siyu.worker", "worker", "-Q", queues]
    command += ["-c", str(children), "-n", f"{log}@%h", "-l", "INFO", "-O", "fair"]
    command += ["--prefetch-multiplier", "1", "--max-tasks-per-child", "2000"]
    command += ["--without-gossip", "--without-mingle"]
    return Program(_NAMES[log], log, command, _as_role(env, role), lambda said: " ready." in said)


def _as_role(env: Mapping[str, str], role: str) -> dict[str, str]:
    return {**env, "SIYU_DB_ROLE": role}
