"""A guide's tier, own WeChat, and the one person who may stand above them."""

from django.db import transaction

from core import audit
from core.locks import lock_name
from distribution.contracts import RecruitChainTooDeep
from distribution.models import Promoter
from org.models import Staff


@transaction.atomic
def set_tier(*, guide: Staff, tier: str) -> Promoter:
    """Put a guide into a tier of the rates; orders already placed keep the former one."""
    promoter = _promoter(guide)
    before, promoter.tier = promoter.tier, tier
    promoter.save(update_fields=["tier"])
    audit.record("distribution.tier.set", guide, before={"tier": before}, after={"tier": tier})
    return promoter


@transaction.atomic
def set_own_wechat(*, guide: Staff, unionid: str) -> None:
    """Keep which WeChat is the guide's own, to tell when they buy from themselves."""
    promoter = _promoter(guide)
    promoter.unionid = unionid
    promoter.save(update_fields=["unionid"])
    audit.record("distribution.own_wechat.set", guide)


@transaction.atomic
def set_recruiter(*, guide: Staff, recruiter: Staff | None) -> Promoter:
    """Say who recruited a guide. Refuses `RecruitChainTooDeep` beyond two levels.

    Checked under one lock; the table itself would refuse it too.
    """
    lock_name("distribution.promoters")
    above = _promoter(recruiter) if recruiter else None
    promoter = _promoter(guide)

    if above is not None and (
        above.pk == promoter.pk or above.level != 1 or promoter.recruits.exists()
    ):
        raise RecruitChainTooDeep

    before = promoter.recruiter_id
    promoter.recruiter = above
    promoter.level, promoter.recruiter_level = (2, 1) if above else (1, None)
    promoter.save(update_fields=["recruiter", "level", "recruiter_level"])

    audit.record(
        "distribution.recruiter.set",
        guide,
        before={"recruiter": before},
        after={"recruiter": promoter.recruiter_id},
    )
    return promoter


def _promoter(guide: Staff) -> Promoter:
    return Promoter.objects.get_or_create(guide=guide)[0]
