"""What members agree to."""

from django.db import transaction

from core import audit, clock
from members.models import Consent, Member


@transaction.atomic
def give_consent(*, member: Member, purpose: str, wording: str) -> Consent:
    """Keep that a member agreed to `purpose`, in the words they saw; once while it lives."""
    consent, created = Consent.objects.get_or_create(
        member=member,
        purpose=purpose,
        withdrawn_at=None,
        defaults={"wording": wording[:200], "given_at": clock.now()},
    )
    if created:
        audit.record("members.consent.given", member, after={"purpose": purpose})
    return consent


@transaction.atomic
def withdraw_consent(*, member: Member, purpose: str) -> bool:
    """End a consent; False when there was none."""
    live = Consent.objects.filter(member=member, purpose=purpose, withdrawn_at=None)
    ended = bool(live.update(withdrawn_at=clock.now()))
    if ended:
        audit.record("members.consent.withdrawn", member, after={"purpose": purpose})
    return ended
