"""Live rooms: where browsers find the socket process and the picture (docs/rules.md, 直播)."""

from livestream.tickets import derive_key
from siyu.settings.env import text
from siyu.settings.security import SECRET_KEY

LIVE_BASE = text("LIVE_BASE", "ws://localhost:7400")
"""Scheme and host of `python -m livestream.live`, as browsers reach it; wss:// in production."""
MEDIA_BASE = text("MEDIA_BASE", "http://localhost:7400/media")
"""Where the media server (nginx-rtmp, SRS, MediaMTX) publishes <stream>/index.m3u8."""
MEDIA_STREAM = text("MEDIA_STREAM")
"""A stream that every room shows instead of its own: the test picture of a demo."""
LIVE_TICKET_KEY = bytes.fromhex(text("LIVE_TICKET_KEY")) or derive_key(SECRET_KEY)
"""The socket process is given the same key, as hex, in its own LIVE_TICKET_KEY."""
