"""From the card in the parcel to the guide: one button, one code, nothing asked before."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from acquisition.contracts import SUSPICIONS, CardTaken, NoGuideAvailable
from acquisition.models import Card, Scan
from acquisition.selectors import find_claim, find_scan_of, way_in
from acquisition.services import begin_scan, open_card
from members.models import Customer
from members.services import give_consent
from org.contracts import policy
from pages.shop import oauth
from pages.shop.http import address_of, customer_of, device_of, find_visitor
from pages.shop.login import to_wechat
from pages.shop.sessions import PRESSED

CONSENT = (
    "点击即同意我们用您的微信身份核对卡片、发放福利，并由导购在微信里为您服务。"
    "不会收集您的通讯录，您可以随时删除导购。"
)


@dataclass(frozen=True)
class Standing:
    """Where a person stands with a card: what the page shows is decided here only.

    `name` is new, waiting, suspect, held, done or used.
    """

    name: str
    scan: Scan | None = None
    claim: Any = None
    reason: str = ""


@policy("public", object_kind="card")
@require_GET
def landing(request: HttpRequest, serial: str) -> HttpResponse:
    """What the card promises, before anybody is asked who they are."""
    card = open_card(serial=serial, ip=address_of(request))
    customer = find_visitor(request)
    standing = _standing(card, customer)
    if standing.scan is not None and standing.name != "used":
        return redirect(f"/c/{card.serial}/add")
    context = {**_promise(card), "standing": standing, "consent": CONSENT}
    return render(request, "shop/card/landing.html", context)


@policy("public", object_kind="card")
@require_POST
def press(request: HttpRequest, serial: str) -> HttpResponse:
    """The green button: now, and only now, WeChat is asked who this is."""
    card = open_card(serial=serial, ip=address_of(request))
    request.session[PRESSED] = card.serial
    next_path = f"/c/{card.serial}/add"
    customer = find_visitor(request)
    if customer is not None and (customer.unionid or customer.nickname):
        return redirect(next_path)
    return to_wechat(request, next_path=next_path, scope=oauth.USERINFO)


@policy("customer", object_kind="card")
@require_GET
def add(request: HttpRequest, serial: str) -> HttpResponse:
    """The guide's code, or what has become of the card. Begins only what was pressed."""
    card = open_card(serial=serial, ip=address_of(request))
    customer = customer_of(request)
    scan = find_scan_of(customer, card)
    if scan is None or scan.state == Scan.State.WAITING:
        if scan is None and request.session.get(PRESSED) != card.serial:
            return redirect(f"/c/{card.serial}")
        refused = _begin(request, card, customer)
        if refused is not None:
            return refused
    return render(request, "shop/card/add.html", _adding(card, customer))


@policy("customer", object_kind="card")
@require_GET
def state(request: HttpRequest, serial: str) -> HttpResponse:
    """What the waiting page asks every two seconds; 286 ends the asking."""
    card = open_card(serial=serial, ip=address_of(request))
    context = _adding(card, customer_of(request))
    if context["standing"].name in ("waiting", "suspect"):
        return HttpResponse(status=204)
    return render(request, "shop/card/add.html#standing", context, status=286)


def _begin(request: HttpRequest, card: Card, customer: Customer) -> HttpResponse | None:
    try:
        begin_scan(
            serial=card.serial,
            customer=customer,
            ip=address_of(request),
            device=device_of(request),
        )
    except CardTaken:
        return redirect(f"/c/{card.serial}")
    except NoGuideAvailable as refused:
        context = {"title": "导购暂时不在", "text": refused.text, "url": f"/c/{card.serial}",
                   "action": "再试一次"}  # fmt: skip
        return render(request, "shop/message.html", context, status=refused.status)
    give_consent(member=customer.member, purpose="card", wording=CONSENT)
    return None


def _promise(card: Card) -> dict[str, Any]:
    return {
        "card": card,
        "benefit": card.batch.benefit,
        "product": card.batch.benefit.sku.product,
        "brand": card.batch.brand,
        "is_on_its_way": _is_bound(card) and card.delivered_at is None,
    }


def _is_bound(card: Card) -> bool:
    return bool(card.platform_order_no or card.tracking_no)


def _adding(card: Card, customer: Customer) -> dict[str, Any]:
    standing = _standing(card, customer)
    scan = standing.scan
    return {**_promise(card), "standing": standing, "way": way_in(scan) if scan else None}


def _standing(card: Card, customer: Customer | None) -> Standing:
    scan = find_scan_of(customer, card) if customer else None
    if scan is None or customer is None:
        return Standing("used" if card.consumed_by_id else "new")
    claim = find_claim(scan.token, customer)
    if claim is not None and claim.state == "ready":
        return Standing("done", scan, claim)
    if scan.state == Scan.State.SUSPECT:
        taken = card.consumed_by_id not in (None, customer.member_id)
        return Standing(
            "used" if taken else "suspect", scan, reason=SUSPICIONS.get(scan.reason, "")
        )
    if scan.state == Scan.State.MATCHED:
        return Standing("held" if scan.is_held else "done", scan, claim)
    return Standing("waiting", scan)
