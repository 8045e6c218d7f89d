"""Reading promises: whose they are, and which gift an order would carry."""

from django.db.models import QuerySet

from core import clock
from core.errors import NotFound
from mall.models import Benefit, Entitlement
from members.models import Customer
from org.models import Staff
from org.selectors import list_brands_for


def list_benefits() -> QuerySet[Benefit]:
    return Benefit.objects.select_related("sku__product").order_by("-created_at", "-pk")


def list_benefits_for(actor: Staff) -> QuerySet[Benefit]:
    """The promises of the actor's brands; a store sees its brand's."""
    return list_benefits().filter(sku__product__brand__in=list_brands_for(actor).values("pk"))


def get_benefit(public_id: str) -> Benefit:
    found = list_benefits().filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_entitlements_of(member_id: int) -> QuerySet[Entitlement]:
    """A member's promises, the newest first."""
    rows = Entitlement.objects.select_related("benefit__sku__product", "carrier_order")
    return rows.filter(member_id=member_id).order_by("-granted_at", "-pk")


def get_entitlement_of(customer: Customer, public_id: str) -> Entitlement:
    found = list_entitlements_of(customer.member_id).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def find_entitlement(entitlement_id: int) -> Entitlement | None:
    return Entitlement.objects.select_related("benefit").filter(pk=entitlement_id).first()


def list_usable(member_id: int, goods_fen: int) -> QuerySet[Entitlement]:
    """Claimed gifts that an order of such worth would carry, the oldest first."""
    rows = Entitlement.objects.select_related("benefit__sku__product").filter(
        member_id=member_id,
        state=Entitlement.State.CLAIMED,
        expires_at__gt=clock.now(),
        benefit__threshold_fen__lte=goods_fen,
    )
    return rows.order_by("granted_at", "pk")


def find_usable(member_id: int, entitlement_id: int) -> Entitlement | None:
    rows = Entitlement.objects.select_related("benefit").filter(
        member_id=member_id,
        state=Entitlement.State.CLAIMED,
        expires_at__gt=clock.now(),
    )
    return rows.filter(pk=entitlement_id).first()
