"""The five figures of a room, by the registry's own queries."""

import datetime as dt

from analytics.contracts import get_metric
from analytics.selectors import Figure, compute_live
from core import clock
from livestream.models import LiveRoom

CODES = ("live_uv_value", "live_conv", "live_avg_stay_s", "live_gpm", "live_invite_enter_rate")


def figures_of(room: LiveRoom) -> list[tuple[str, str, Figure | None]]:
    """(code, name, cell of now) for each; None before anybody came."""
    if room.started_at is None:
        return [(code, get_metric(code).name, None) for code in CODES]
    day = clock.day_of(room.started_at)
    return [(code, get_metric(code).name, _cell(code, day, str(room.pk))) for code in CODES]


def _cell(code: str, day: dt.date, key: str) -> Figure | None:
    cells = compute_live(code, day, dimension="room")
    return next((cell for cell in cells if cell.key == key), None)
