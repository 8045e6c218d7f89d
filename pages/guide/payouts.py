"""提现: what can be drawn and how that comes about, each request and what became of it."""

from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import clock, ports
from core.errors import Refusal
from core.money import fen_from_yuan
from distribution.contracts import PAYOUT_PATH, PayoutOpen
from distribution.models import Withdrawal
from distribution.selectors import (
    explain_failure,
    find_open_withdrawal,
    find_payout_account,
    get_own_withdrawal,
    income_of,
    list_own_withdrawals,
    payout_rules_of,
    tax_for,
)
from distribution.services import ask_withdrawal, cancel_withdrawal
from org.contracts import SiteUrls, policy
from org.models import Staff
from pages.http import page_of, staff_of

State = Withdrawal.State
OPEN = (State.ASKED, State.APPROVED, State.SENDING, State.WAITING)


class PayoutForm(forms.Form):
    """An amount in yuan as typed; the service decides."""

    amount = forms.DecimalField(min_value=0, max_digits=9, decimal_places=2)
    real_name = forms.CharField(max_length=40, required=False)


@policy("staff", "guide.payout")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    guide = staff_of(request)
    context = {**_offer(guide), "tab": "me", "page": page_of(request, list_own_withdrawals(guide))}
    return render(request, "guide/payouts.html", context)


@policy("staff", "guide.payout")
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    guide, form = staff_of(request), PayoutForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写提现金额，最多两位小数")
        return redirect("/g/payouts")
    fen = fen_from_yuan(form.cleaned_data["amount"])
    name = form.cleaned_data["real_name"]
    try:
        row = ask_withdrawal(guide=guide, gross_fen=fen, real_name=name)
    except PayoutOpen:
        found = find_open_withdrawal(guide)
        return redirect(f"/g/payouts/{found.public_id}" if found else "/g/payouts")
    except Refusal as refused:
        messages.error(request, refused.text)
        return redirect("/g/payouts")
    return redirect(f"/g/payouts/{row.public_id}")


@policy("staff", "guide.payout", object_kind="payout")
@require_GET
def detail(request: HttpRequest, payout_id: str) -> HttpResponse:
    guide = staff_of(request)
    row, account = get_own_withdrawal(guide, payout_id), find_payout_account(guide)
    is_bound = bool(account and account.openid)
    needs_phone = row.state == State.WAITING or (row.state in OPEN and not is_bound)
    is_cooling = bool(account and account.usable_at and account.usable_at > clock.now())
    context = {
        "tab": "me",
        "row": row,
        "reason": explain_failure(row),
        "is_bound": is_bound,
        "is_open": row.state in OPEN,
        "cooling_until": account.usable_at if account and is_cooling and is_bound else None,
        "code": _code(row) if needs_phone else "",
    }
    return render(request, "guide/payout.html", context)


@policy("staff", "guide.payout", object_kind="payout")
@require_POST
def cancel(request: HttpRequest, payout_id: str) -> HttpResponse:
    row = get_own_withdrawal(staff_of(request), payout_id)
    try:
        cancel_withdrawal(withdrawal=row, reason="本人撤回")
        messages.success(request, "已申请撤回，钱会回到可提现余额")
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(f"/g/payouts/{row.public_id}")


def _offer(guide: Staff) -> dict[str, Any]:
    """What may be drawn now, of what it is made up, and what would be withheld."""
    rules, income = payout_rules_of(guide), income_of(guide)
    most = min(income.payable_fen, rules.most_fen)
    is_enough = most >= rules.least_fen
    tax = tax_for(rules, guide, most) if is_enough else 0
    return {
        "income": income,
        "rules": rules,
        "most_fen": most,
        "most_yuan": f"{most / 100:.2f}",
        "is_enough": is_enough,
        "tax_fen": tax,
        "net_fen": most - tax,
        "is_labour": rules.tax_profile == "labour",
        "open": find_open_withdrawal(guide),
    }


def _code(row: Withdrawal) -> str:
    """The confirmation's address as a picture: WeCom cannot open it, WeChat can."""
    url = ports.get(SiteUrls).customer_url(f"{PAYOUT_PATH}{row.token}")
    return str(segno.make_qr(url, error="m").svg_data_uri(scale=6, border=3, light="#fff"))
