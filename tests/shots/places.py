"""Every GET route of a surface, with real things where an address names one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.db.models import Q
from django.urls import URLPattern, URLResolver

from acquisition.models import Card, CardBatch, Scan
from community.models import CustomerGroup, SlotRun, SopCalendar, SopSlot
from core.models import LongTask
from distribution.models import Commission, ShareLink, Withdrawal
from livestream.models import LiveRoom
from mall.models import (
    Address,
    CartLine,
    Entitlement,
    FlashSale,
    FreightTemplate,
    ImportMapping,
    Order,
    Product,
    Refund,
    Sku,
)
from members.models import Contact
from org.models import Staff
from outreach.models import TouchPlan
from siyu.middleware.access import policy_of
from tenants.context import elsewhere, entered
from tenants.models import Tenant
from tests.shots.people import Person, chosen_customer

SKIPPED = re.compile(
    r"(csv|pdf|/state|/record$|/press|/logout|callback|notify|/clock|view-as|jssdk|login/back|/add$|orders/import/<str|members/import/<)"
)
"""Files, fragments, machines' doors and redirects are no pages."""


@dataclass(frozen=True)
class Place:
    name: str
    url: str
    may_be_refused: bool = False


@elsewhere()
def places_for(person: Person) -> list[Place]:
    with entered(Tenant.objects.get(slug=person.slug)):
        things = _things(person)
        found = []
        for route, view in _routes(person.surface):
            if SKIPPED.search(route) or not _allows_get(view):
                continue
            if person.surface == "staff" and person.is_phone != route.startswith("/g/"):
                continue
            place = _place(route, _fitting(route, person, things))
            if place is not None:
                found.append(place)
        return [*found, *_extra(person, things)]


def _fitting(route: str, person: Person, things: dict[str, str]) -> dict[str, str]:
    """A claim's token is that of the visitor's own scan."""
    if "claim/<" in route and person.who == "customer":
        scan = Scan.objects.filter(customer=chosen_customer()).first()
        return {**things, "token": scan.token} if scan else things
    return things


def _extra(person: Person, things: dict[str, str]) -> list[Place]:
    """States that no address names: nothing there, a calendar and a card of each kind."""
    places = [Place("没有这一页", "/nothing-here", may_be_refused=True)]
    if person.surface == "staff" and not person.is_phone and person.who:
        kept = SopCalendar.objects.exclude(state=SopCalendar.State.STOPPED)
        places += [Place(f"日历-{each.state}", f"/sop/{each.public_id}") for each in kept]
    if person.surface == "customer":
        for state in ("printed", "delivered", "contact_added", "benefit_claimed", "suspect"):
            card = Card.objects.filter(state=state).first()
            if card is not None:
                places.append(Place(f"卡-{state}", f"/c/{card.serial}"))
        if person.who:
            lines = CartLine.objects.filter(customer=chosen_customer()).select_related("sku")
            chosen = "&".join(f"sku={line.sku.code}" for line in lines)
            places.append(Place("结算选好的", f"/checkout?{chosen}"))
    return places


def _routes(surface: str) -> Iterator[tuple[str, Any]]:
    yield from _walk(import_module(f"siyu.urls.{surface}").urlpatterns, "/")


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def _allows_get(view: Any) -> bool:
    """`require_POST` and its kin keep the list they were made with in their closure."""
    for cell in getattr(view, "__closure__", None) or ():
        if isinstance(cell.cell_contents, list | tuple) and "POST" in cell.cell_contents:
            return "GET" in cell.cell_contents
    return policy_of(view) is not None


def _place(route: str, things: dict[str, str]) -> Place | None:
    missing = [name for name in re.findall(r"<\w+:(\w+)>", route) if name not in things]
    if missing:
        return None
    url = re.sub(r"<\w+:(\w+)>", lambda found: things[found.group(1)], route)
    url += f"?sku={things['sku']}" if route in ("/buy", "/cart/add") else ""
    name = re.sub(r"<\w+:(\w+)>", r"某\1", route).strip("/").replace("/", "_") or "首页"
    return Place(name, url)


def _things(person: Person) -> dict[str, str]:
    if person.surface == "platform":
        return {"slug": "aurora"}
    rows: dict[str, Any] = {
        "code": "net_sales",
        "kind": "wecom",
        "staff_id": Staff.objects.filter(role="guide").first(),
        "batch_id": CardBatch.objects.first(),
        "scan_id": Scan.objects.filter(state="suspect").first(),
        "serial": Card.objects.filter(state="delivered").first(),
        "order_id": _order(person),
        "product_id": Product.objects.first(),
        "sku": Sku.objects.order_by("pk").values_list("code", flat=True).first(),
        "token": ShareLink.objects.first(),
        "entitlement_id": Entitlement.objects.first(),
        "template_id": FreightTemplate.objects.first(),
        "sale_id": FlashSale.objects.order_by("-ends_at").first(),
        "sku_id": Sku.objects.order_by("pk").first(),
        "number": _after_sale(person),
        "address_id": _address(person),
        "member_id": _member(person),
        "commission_id": _commission(person),
        "payout_id": _payout(person),
        "payout_token": _payout_token(person),
        "task_id": LongTask.objects.first(),
        "mapping_id": ImportMapping.objects.first(),
    }
    rows |= _sop(person)
    rows |= _live(person)
    return {name: _id(row) for name, row in rows.items() if row is not None}


def _live(person: Person) -> dict[str, Any]:
    """A room on air that the person may see, and its draw."""
    rooms = LiveRoom.objects.order_by("-state", "-pk")
    if person.who == "cai":
        rooms = rooms.filter(Q(guide__username="cai") | Q(guide=None))
    if person.who == "bo":
        rooms = rooms.filter(unit__code="s1")
    room = rooms.filter(state="live").first() or rooms.first()
    return {"room_id": room, "draw_id": room.draws.first() if room else None}


def _sop(person: Person) -> dict[str, Any]:
    """A group the person may see, the first calendar, a slot of it, a run and its touches."""
    groups = CustomerGroup.objects.order_by("pk")
    if person.who == "bo":
        groups = groups.filter(unit__code="s1")
    calendar = SopCalendar.objects.order_by("pk").first()
    slots = SopSlot.objects.filter(version__calendar=calendar).order_by("-version", "minute")
    return {
        "group_id": groups.first(),
        "calendar_id": calendar,
        "key": slots.values_list("key", flat=True).first(),
        "run_id": SlotRun.objects.filter(calendar=calendar).order_by("pk").first(),
        "plan_id": TouchPlan.objects.order_by("-pk").first(),
    }


def _id(row: Any) -> str:
    for name in ("public_id", "serial", "token"):
        if hasattr(row, name):
            return str(getattr(row, name))
    return str(getattr(row, "pk", row))


def _order(person: Person) -> Any:
    orders = Order.objects.filter(kind="sale", platform="own").order_by("-refunded_fen", "pk")
    if person.who == "customer":
        orders = orders.filter(member_id=chosen_customer().member_id)
    if person.who == "bo":
        orders = orders.filter(store__code="s1")
    return orders.first()


def _after_sale(person: Person) -> Any:
    refunds = Refund.objects.filter(kind="after_sale").order_by("-pk")
    if person.who == "customer":
        refunds = refunds.filter(order__member_id=chosen_customer().member_id)
    if person.who == "bo":
        refunds = refunds.filter(order__store__code="s1")
    return refunds.values_list("out_refund_no", flat=True).first()


def _address(person: Person) -> Any:
    rows = Address.objects.order_by("pk")
    return rows.filter(customer=chosen_customer()).first() if person.who == "customer" else None


def _member(person: Person) -> Any:
    contacts = Contact.objects.filter(is_active=True)
    if person.who == "cai":
        contacts = contacts.filter(staff__username="cai")
    if person.who == "bo":
        contacts = contacts.filter(staff__unit__code="s1")
    found = contacts.first()
    return found.member if found else None


def _payout(person: Person) -> Any:
    rows = Withdrawal.objects.order_by("-pk")
    return rows.filter(guide__username="cai").first() if person.who == "cai" else rows.first()


def _payout_token(person: Person) -> Any:
    """A code that nobody has scanned yet: whoever opens it first sees name and amount."""
    if person.who != "customer":
        return None
    row = Withdrawal.objects.filter(guide__payout_account__openid="").first()
    return row.token if row else None


def _commission(person: Person) -> Any:
    rows = Commission.objects.order_by("-reversed_fen", "pk")
    if person.who == "cai":
        rows = rows.filter(guide__username="cai")
    if person.who == "bo":
        rows = rows.filter(guide__unit__code="s1")
    return rows.first()
