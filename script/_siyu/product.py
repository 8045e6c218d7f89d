"""The variables the product's settings read, for one data folder."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from . import processes, project
from .datadir import DataFolder

DEFAULT_PORT = 8000
DEFAULT_TWIN_PORT = 7300
DEFAULT_LIVE_PORT = 7400
DEMO_STREAM = "demo"
# The moving test picture that every room of a demo shows.
_BASES = ("WECOM_API_BASE", "WECHAT_OPEN_BASE", "WECHAT_API_BASE", "WECHATPAY_API_BASE")
# Generated once and kept: what they encrypted or signed must stay readable.
_SECRETS: dict[str, Callable[[], str]] = {
    "SIYU_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "SIYU_FIELD_KEYS": lambda: f"k1={secrets.token_hex(32)}",
    "SIYU_INDEX_KEY": lambda: secrets.token_hex(32),
    "LIVE_TICKET_KEY": lambda: secrets.token_hex(32),
}


@dataclass(frozen=True)
class Place:
    """Where the web process, the twin and the live sockets of a data folder listen, or will."""

    port: int
    twin_port: int
    live_port: int = DEFAULT_LIVE_PORT


def is_upstream_foreign() -> bool:
    """Whether the environment names another implementation of all four upstream protocols."""
    return all(os.environ.get(name) for name in _BASES)


def running_place(data: DataFolder) -> Place | None:
    """Where the server that runs on this folder now listens; None when there is none."""
    kept = data.read("server.json")
    pid = kept.get("pid")
    if pid is None or processes.started_at(int(pid)) != kept.get("born"):
        return None
    return Place(
        int(kept["port"]), int(kept["twin_port"]), int(kept.get("live_port", DEFAULT_LIVE_PORT))
    )


def last_place(data: DataFolder) -> Place:
    """Where the server listened last, for commands that run without one."""
    kept = data.read("services.json")
    usual = {
        "port": DEFAULT_PORT,
        "twin_port": DEFAULT_TWIN_PORT,
        "live_port": DEFAULT_LIVE_PORT,
    }
    return Place(*(int(kept.get(name, port)) for name, port in usual.items()))


def variables(data: DataFolder, addresses: dict[str, str], place: Place) -> dict[str, str]:
    """The whole environment of a product process; what the caller has set wins."""
    twin = f"http://127.0.0.1:{place.twin_port}"
    ours = {
        **addresses,
        **_kept_secrets(data),
        "DJANGO_SETTINGS_MODULE": "siyu.settings",
        "PYTHONUNBUFFERED": "1",
        "SIYU_DATA_DIR": str(data.root),
        "SIYU_PORT": str(place.port),
        "SIYU_DB_ROLE": "",  # a program that works under a role says so itself
        "SIYU_PG_BIN": str(project.POSTGRES_BINARIES),
        **({} if is_upstream_foreign() else {"TWIN_URL": twin}),
    }
    defaults = {
        "SIYU_ENV": "demo",
        "SIYU_BASE_DOMAIN": "localhost",
        "WECHAT_JSSDK_URL": f"{twin}/jweixin.js",
        "LIVE_BASE": f"ws://localhost:{place.live_port}",
        "MEDIA_BASE": f"http://localhost:{place.live_port}/media",
        "MEDIA_STREAM": DEMO_STREAM,
        **dict.fromkeys(_BASES, twin),
    }
    return {**defaults, **project.environment(), **ours}


def _kept_secrets(data: DataFolder) -> dict[str, str]:
    kept = data.read("secrets.json")
    missing = {name: make() for name, make in _SECRETS.items() if name not in kept}
    if missing:
        kept |= missing
        data.write("secrets.json", kept)
    return {name: os.environ.get(name) or str(kept[name]) for name in _SECRETS}
