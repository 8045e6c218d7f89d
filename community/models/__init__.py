"""Groups, who is in them and speaks there; calendars, and what became of their slots."""

from community.models.calendars import SlotRun, SopCalendar, SopSlot, SopVersion
from community.models.groups import CustomerGroup, GroupMember, GroupSpeech, OwnerDay

__all__ = [
    "CustomerGroup",
    "GroupMember",
    "GroupSpeech",
    "OwnerDay",
    "SlotRun",
    "SopCalendar",
    "SopSlot",
    "SopVersion",
]
