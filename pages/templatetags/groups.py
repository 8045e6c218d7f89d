"""How slots, scenes and sends read on our pages."""

from django import template

from community.selectors import clock_text
from outreach.models import Chunk
from pages.dashboard.day_view import weekday_text

register = template.Library()

SCENE_ICONS = {"sales": "shopping-cart", "enable": "bulb", "interact": "message-circle"}
STATE_COLOURS = {
    "sent": "green",
    "done": "green",
    "closed": "green",
    "live": "green",
    "active": "green",
    "submitted": "yellow",
    "open": "yellow",
    "held": "yellow",
    "parked": "red",
    "failed": "red",
    "expired": "red",
    "skipped": "orange",
    "orphaned": "orange",
}
SOURCES = {"sop": "社群日历", "task": "任务", "live": "直播提醒", "mass": "群发"}
CHUNK_WORDS = {
    Chunk.State.QUEUED: "正在提交到企业微信",
    Chunk.State.SENDING: "正在提交到企业微信",
    Chunk.State.UNKNOWN: "提交结果还不清楚，正在查",
    Chunk.State.PARKED: "提交结果查不清，已交给总部判断",
    Chunk.State.FAILED: "没有发出去",
    Chunk.State.EXPIRED: "超过时间没有确认，不再发送",
    Chunk.State.CANCELLED: "总部已取消，不用再确认",
}


@register.filter
def at_minute(minute: int) -> str:
    """`07:00` of a minute of the day."""
    return clock_text(minute)


@register.filter
def weekdays(mask: int) -> str:
    """`周一、三`; `每天` for all."""
    return weekday_text(mask) or "每天"


@register.filter
def scene_icon(scene: str) -> str:
    return SCENE_ICONS.get(scene, "circle")


@register.filter
def state_colour(state: str) -> str:
    """A colour that always stands beside the word of the state."""
    return STATE_COLOURS.get(state, "secondary")


@register.filter
def touch_source(source: str) -> str:
    """Where a touch comes from: `sop:<calendar>` goes by its first part."""
    return SOURCES.get(source.partition(":")[0], source)


@register.filter
def chunk_words(chunk: Chunk) -> str:
    """What a guide may believe about a message: sent only when WeCom says so."""
    if chunk.state in CHUNK_WORDS:
        return CHUNK_WORDS[Chunk.State(chunk.state)]
    if chunk.confirmed_at is not None:
        return "企业微信已确认发送"
    return "已提交企业微信，待您在群发助手确认"
