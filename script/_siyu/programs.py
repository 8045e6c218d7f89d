"""The processes the product is made of, as script/server runs them."""

from collections.abc import Mapping

from . import project
from .datadir import DataFolder
from .fleet import Program, responds
from .product import Place

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
