"""Shared links and what came of them."""

from distribution.models import ShareLink, ShareVisit


def find_share_link(token: str) -> ShareLink | None:
    rows = ShareLink.objects.select_related("guide__unit", "product__brand")
    return rows.filter(token=token).first()


def count_visits_of(guide_id: int) -> int:
    """Openings of all of a guide's links."""
    return ShareVisit.objects.filter(link__guide_id=guide_id).count()
