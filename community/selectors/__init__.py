"""Reading groups, calendars and what became of their slots."""

from community.selectors.calendars import (
    current_limits,
    find_draft,
    get_calendar_for,
    get_run_for,
    list_calendars_for,
    list_runs_for,
    list_runs_of,
    list_slots,
    newest_version,
    reach_of,
    shown_version,
)
from community.selectors.groups import (
    count_left,
    get_group_for,
    last_runs,
    list_activity,
    list_groups_for,
    list_groups_of,
    list_present,
    name_groups_for,
)

__all__ = [
    "count_left",
    "current_limits",
    "find_draft",
    "get_calendar_for",
    "get_group_for",
    "get_run_for",
    "last_runs",
    "list_activity",
    "list_calendars_for",
    "list_groups_for",
    "list_groups_of",
    "list_present",
    "list_runs_for",
    "list_runs_of",
    "list_slots",
    "name_groups_for",
    "newest_version",
    "reach_of",
    "shown_version",
]
