"""Groups kept true, calendars published, slots opened and closed."""

from community.services.calendars import (
    add_slot,
    change_slot,
    create_calendar_from_template,
    discard_draft,
    move_slot,
    publish_calendar,
    remove_slot,
    stop_calendar,
)
from community.services.groups import (
    copy_statistics,
    dismiss_group,
    keep_group,
    refresh_group,
    set_group_type,
    sync_groups,
)
from community.services.runs import cancel_run, close_slots, open_slots, remind_run
from community.services.speech import import_group_speech
from community.starters import SlotDraft

__all__ = [
    "SlotDraft",
    "add_slot",
    "cancel_run",
    "change_slot",
    "close_slots",
    "copy_statistics",
    "create_calendar_from_template",
    "discard_draft",
    "dismiss_group",
    "import_group_speech",
    "keep_group",
    "move_slot",
    "open_slots",
    "publish_calendar",
    "refresh_group",
    "remind_run",
    "remove_slot",
    "set_group_type",
    "stop_calendar",
    "sync_groups",
]
