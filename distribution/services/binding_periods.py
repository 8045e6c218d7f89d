"""Periods of bindings: counted from each relation's own beginning."""

import datetime as dt

from django.db.models import F

from distribution.models import Binding
from distribution.rules.config import ALWAYS_SNATCH, FOREVER, NEVER_SNATCH, BindingRules


def protect_until(rules: BindingRules, begun_at: dt.datetime) -> dt.datetime | None:
    """When another guide may take over; None is never."""
    if rules.protect_days == NEVER_SNATCH:
        return None
    if rules.protect_days == ALWAYS_SNATCH:
        return begun_at
    return begun_at + dt.timedelta(days=rules.protect_days)


def valid_until(rules: BindingRules, begun_at: dt.datetime) -> dt.datetime | None:
    """When the binding ends by itself; None is never."""
    if rules.validity_days == FOREVER:
        return None
    return begun_at + dt.timedelta(days=rules.validity_days)


def restate_periods(brand_id: int, rules: BindingRules) -> int:
    """Recount the live bindings of a brand after its periods changed; how many there are."""
    protect = rules.protect_days
    valid = rules.validity_days
    return Binding.objects.filter(brand_id=brand_id, ended_at__isnull=True).update(
        protect_until=None
        if protect == NEVER_SNATCH
        else F("bound_at") + dt.timedelta(days=max(protect, 0)),
        valid_until=None if valid == FOREVER else F("bound_at") + dt.timedelta(days=valid),
    )
