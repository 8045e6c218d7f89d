"""Reading who serves whom."""

import datetime as dt

from distribution.contracts import BindingState
from distribution.models import Binding


def find_live_binding(member_id: int, brand_id: int) -> Binding | None:
    """The binding that has not ended, expired or not."""
    rows = Binding.objects.select_related("guide", "guide__unit")
    return rows.filter(member_id=member_id, brand_id=brand_id, ended_at__isnull=True).first()


def find_binding_at(member_id: int, brand_id: int, at: dt.datetime) -> Binding | None:
    """The binding that had begun and had not ended at an instant, expired or not."""
    rows = Binding.objects.select_related("guide", "guide__unit")
    rows = rows.filter(member_id=member_id, brand_id=brand_id, bound_at__lte=at)
    return rows.exclude(ended_at__lte=at).order_by("-bound_at", "-pk").first()


def state_of(binding: Binding | None, at: dt.datetime) -> BindingState:
    if binding is None or (binding.ended_at is not None and binding.ended_at <= at):
        return BindingState.UNBOUND
    if binding.valid_until is not None and binding.valid_until <= at:
        return BindingState.EXPIRED
    if binding.protect_until is None or at < binding.protect_until:
        return BindingState.PROTECTED
    return BindingState.SNATCHABLE


def list_members_bound_to(guide_id: int) -> list[int]:
    """Ids of the members whom a guide serves now."""
    rows = Binding.objects.filter(guide_id=guide_id, ended_at__isnull=True)
    return list(rows.order_by("-bound_at").values_list("member_id", flat=True))
