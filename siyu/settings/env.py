"""Reading the environment: one clear sentence when something needed is missing."""

import os

from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("demo", "test", "production", "develop")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def needed(name: str, unless: str | None = None) -> str:
    """The variable, or `unless` where this environment may run without it."""
    value = os.environ.get(name) or unless
    if not value:
        raise ImproperlyConfigured(f"缺少环境变量 {name}")
    return value


def whole(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


SIYU_ENV = text("SIYU_ENV", "develop")
if SIYU_ENV not in ENVIRONMENTS:
    raise ImproperlyConfigured(f"SIYU_ENV 应为 {'、'.join(ENVIRONMENTS)} 之一")

IS_LIVE = SIYU_ENV == "production"
"""A key made up for development must not start a live site."""
