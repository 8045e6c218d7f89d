"""我的: what the guide has earned, where each amount comes from, and doubts about it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import Refusal
from distribution.models import Commission
from distribution.selectors import explain, get_own_commission, income_of, list_own_commissions
from distribution.services import object_to_commission
from org.contracts import policy
from pages.http import page_of, staff_of


@policy("staff", "guide.income")
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    guide, state = staff_of(request), request.GET.get("state", "")
    context = {
        "tab": "me",
        "income": income_of(guide),
        "states": [("", "全部"), *Commission.State.choices],
        "state": state,
        "page": page_of(request, list_own_commissions(guide, state)),
    }
    return render(request, "guide/income.html", context)


@policy("staff", "guide.income", object_kind="commission")
@require_GET
def commission(request: HttpRequest, commission_id: str) -> HttpResponse:
    row = get_own_commission(staff_of(request), commission_id)
    context = {"tab": "me", "commission": row, "tree": explain(row)}
    return render(request, "guide/commission.html", context)


@policy("staff", "guide.income", object_kind="commission")
@require_POST
def objection_new(request: HttpRequest, commission_id: str) -> HttpResponse:
    guide = staff_of(request)
    row = get_own_commission(guide, commission_id)
    try:
        object_to_commission(guide=guide, commission=row, text=request.POST.get("text", ""))
        messages.success(request, "已转给品牌运营核对")
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(f"/g/me/commissions/{row.public_id}")
