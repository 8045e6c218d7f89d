"""Reading what was said to customers."""

from django.db.models import QuerySet

from org.models import Staff
from org.selectors import scope_path
from outreach.models import Greeting


def list_greetings_for(actor: Staff) -> QuerySet[Greeting]:
    """Greetings of the actor's subtree, newest first."""
    rows = Greeting.objects.select_related("staff__unit").order_by("-received_at", "-pk")
    path = scope_path(actor)
    return rows if path == "/" else rows.filter(staff__unit__path__startswith=path)


def count_greetings_not_sent() -> int:
    """Greetings that ended without reaching the customer."""
    ended = (Greeting.State.EXPIRED, Greeting.State.REFUSED)
    return Greeting.objects.filter(state__in=ended).count()
