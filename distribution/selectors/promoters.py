"""A guide as an earner."""

from distribution.models import Promoter


def tier_of(guide_id: int) -> str:
    """The tier of the rates; "" for a guide who is in none."""
    found = Promoter.objects.filter(guide_id=guide_id).values_list("tier", flat=True).first()
    return found or ""
