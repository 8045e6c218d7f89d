"""How a member wants to be written to."""

from django.db import transaction

from members.contracts import Preference
from members.models import Consent, Member
from members.services.consents import give_consent, withdraw_consent

WORDS = {
    Preference.NONE: "不接收任何主动消息",
    Preference.GUIDE: "只接收专属导购的消息",
    Preference.FEWER: "减少打扰",
}


@transaction.atomic
def set_preference(*, member: Member, preference: Preference) -> None:
    """Keep the one preference that stands now, audited; ALL takes the others back.

    It is read at the moment of every send, so it also stops what is already planned.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    live = Consent.objects.filter(member=member, purpose__in=WORDS, withdrawn_at=None)

    for purpose in live.exclude(purpose=preference).values_list("purpose", flat=True):
        withdraw_consent(member=member, purpose=purpose)
    if preference in WORDS:
        give_consent(member=member, purpose=preference, wording=WORDS[preference])
