"""Redis is a doorbell and a limiter: it may be wiped at any time."""

from siyu.settings.env import text

REDIS_URL = text("REDIS_URL", "redis://127.0.0.1:6379/0")
