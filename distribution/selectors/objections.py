"""What guides have asked about their commission, for the operator."""

from django.db.models import QuerySet

from core.models import AuditEntry
from distribution.contracts import OBJECTION
from distribution.models import Commission
from distribution.selectors.income import list_commissions_for
from org.models import Staff


def list_objections_for(actor: Staff) -> QuerySet[AuditEntry]:
    """Questions about commissions in the actor's reach, the newest first.

    `subject_id` is the commission's public id, `reason` what the guide wrote.
    """
    ids = list_commissions_for(actor).order_by().values("public_id")
    rows = AuditEntry.objects.filter(action=OBJECTION, subject_id__in=ids)
    return rows.filter(subject_kind=Commission._meta.label_lower).order_by("-at", "-pk")
