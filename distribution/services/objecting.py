"""我有异议: a guide's question about an amount, for the operator to look into."""

from django.db import transaction

from core import audit
from distribution.contracts import OBJECTION, ObjectionEmpty
from distribution.models import Commission
from org.models import Staff


@transaction.atomic
def object_to_commission(*, guide: Staff, commission: Commission, text: str) -> None:
    """Keep the question as an audit entry of the commission. Refuses `ObjectionEmpty`."""
    words = text.strip()
    if not words:
        raise ObjectionEmpty
    standing = commission.standing_fen
    audit.record(
        OBJECTION,
        commission,
        after={"guide": guide.name, "amount_fen": standing},
        reason=words[:200],
    )
