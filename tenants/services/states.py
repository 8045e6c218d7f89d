"""Stopping a merchant and letting it go on."""

from core import clock
from core.errors import NotFound
from tenants import hosts
from tenants.context import elsewhere
from tenants.models import Tenant


def suspend_tenant(*, slug: str, reason: str) -> None:
    """Stop a merchant: its hosts answer 503 and no job body of it runs."""
    _change(slug, Tenant.State.READY, Tenant.State.SUSPENDED, reason)


def resume_tenant(*, slug: str) -> None:
    _change(slug, Tenant.State.SUSPENDED, Tenant.State.READY, "")


@elsewhere()
def _change(slug: str, before: str, after: str, reason: str) -> None:
    """What an archive cut short has written is of no use once the merchant works again."""
    changed = Tenant.objects.filter(slug=slug, state=before, kind=Tenant.Kind.MERCHANT).update(
        state=after,
        archive="",
        suspended_reason=reason,
        suspended_at=clock.now() if reason else None,
    )
    hosts.forget()
    if not changed:
        raise NotFound
