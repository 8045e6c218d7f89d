"""A guide confirms a payout in WeChat, bound to the one login that first agreed to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import clock, ports
from core.errors import PortFailure, Refusal
from distribution.contracts import PAYOUT_PATH, PayoutGateway
from distribution.models import PayoutAccount, Withdrawal
from distribution.selectors import find_payout_account, get_withdrawal_by_token
from distribution.services import bind_payout_account, check_payout
from members.contracts import PageSigner
from members.models import Customer
from org.contracts import policy
from pages.shop.http import customer_of

State = Withdrawal.State
OPEN = (State.ASKED, State.APPROVED, State.SENDING, State.WAITING)
ASKED = "payout_asked_at"
ASK_EVERY_SECONDS = 5


@policy("customer", object_kind="payout")
@require_GET
def payout(request: HttpRequest, payout_token: str) -> HttpResponse:
    row = get_withdrawal_by_token(payout_token)
    standing = _standing(row, customer_of(request))
    if standing == "foreign":
        return render(request, "shop/payout_foreign.html", status=403)
    context: dict[str, Any] = {"row": row, "standing": standing}
    if standing == "confirm":
        context |= _confirmation(request, row)
    return render(request, "shop/payout.html", context)


@policy("customer", object_kind="payout")
@require_POST
def bind(request: HttpRequest, payout_token: str) -> HttpResponse:
    """The first who agrees, after name and amount were shown, is the payee from then on."""
    row, customer = get_withdrawal_by_token(payout_token), customer_of(request)
    if _standing(row, customer) == "foreign":
        return render(request, "shop/payout_foreign.html", status=403)
    try:
        bind_payout_account(withdrawal=row, appid=customer.appid, openid=customer.openid)
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(f"{PAYOUT_PATH}{row.token}")


@policy("customer", object_kind="payout")
@require_GET
def state(request: HttpRequest, payout_token: str) -> HttpResponse:
    """204 while nothing has changed since the page was drawn; else the page draws itself."""
    row = get_withdrawal_by_token(payout_token)
    if _standing(row, customer_of(request)) == "foreign":
        return HttpResponse(status=403)
    if row.state == State.WAITING and request.GET.get("said") == "ok":
        _ask_platform(request, row)
        row.refresh_from_db()
    if row.state == request.GET.get("was"):
        return HttpResponse(status=204)
    return HttpResponse(status=200, headers={"HX-Refresh": "true"})


def _standing(row: Withdrawal, customer: Customer) -> str:
    account = find_payout_account(row.guide)
    if account is not None and account.openid and not _is_theirs(account, customer):
        return "foreign"
    if row.state == State.PAID:
        return "paid"
    if row.state not in OPEN:
        return "returned"
    if account is None or not account.openid:
        return "bind"
    return "confirm" if row.state == State.WAITING and row.package else "pending"


def _is_theirs(account: PayoutAccount, customer: Customer) -> bool:
    return (account.appid, account.openid) == (customer.appid, customer.openid)


def _confirmation(request: HttpRequest, row: Withdrawal) -> dict[str, Any]:
    """What WeChat needs to open it; without a signature the page still says what to do."""
    gateway = ports.get(PayoutGateway)
    parameters = gateway.client_params(row.mchid, row.appid, row.package)
    try:
        signed = ports.get(PageSigner).sign_customer_page(request.build_absolute_uri())
    except (Refusal, PortFailure):
        return {"parameters": parameters, "config": None}
    config = {
        "appId": signed.appid,
        "timestamp": signed.timestamp,
        "nonceStr": signed.nonce,
        "signature": signed.signature,
        "jsApiList": ["requestMerchantTransfer"],
    }
    return {"parameters": parameters, "config": config}


def _ask_platform(request: HttpRequest, row: Withdrawal) -> None:
    """A notice may be late: once the browser says so, we look for ourselves."""
    now = clock.real_now().timestamp()
    if now - float(request.session.get(ASKED, 0)) < ASK_EVERY_SECONDS:
        return
    request.session[ASKED] = now
    try:
        check_payout(row.pk)
    except PortFailure:
        return
