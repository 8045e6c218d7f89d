"""Handlers: look up, one service call."""

from core.jobs import Payload, job
from livestream import services


@job("livestream.finish_draw")
def finish_draw(payload: Payload) -> None:
    services.finish_draw(payload["draw_id"])
