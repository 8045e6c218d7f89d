"""售后: what customers ask back, agreed to or not, goods taken in, money on its way."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import NotFound
from core.money import format_yuan
from mall import services
from mall.models import Refund
from mall.selectors import desk, explain_refund
from org.contracts import policy
from pages.http import page_of, safe_next, staff_of

State = Refund.State
TABS: dict[str, tuple[str, tuple[Refund.State, ...]]] = {
    "applied": ("待审核", (State.APPLIED,)),
    "to_return": ("待退货", (State.TO_RETURN,)),
    "returning": ("待收货", (State.RETURNING,)),
    "open": ("退款中", (State.REQUESTED, State.PROCESSING)),
    "failed": ("失败", (State.FAILED,)),
    "done": ("已退款", (State.SUCCESS,)),
    "declined": ("未同意", (State.DECLINED, State.WITHDRAWN)),
}


@policy("staff", "orders.view")
@require_GET
def refunds(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in TABS else "applied"
    counts = desk.count_refunds_for(staff_of(request))
    tabs = [
        (code, name, sum(counts.get(each, 0) for each in states))
        for code, (name, states) in TABS.items()
    ]
    rows = desk.list_refunds_for(staff_of(request), *TABS[state][1])
    context = {"page": page_of(request, rows), "state": state, "tabs": tabs}
    return render(request, "dashboard/orders/refunds.html", context)


@policy("staff", "orders.view", object_kind="refund")
@require_GET
def refund_one(request: HttpRequest, number: str) -> HttpResponse:
    found = _get(request, number)
    context = {
        "refund": found,
        "parts": found.lines.select_related("line").order_by("line_id"),
        "moments": explain_refund(found),
        "can_take_in": found.state in (State.TO_RETURN, State.RETURNING),
        "can_decline": found.state in (State.APPLIED, State.TO_RETURN, State.RETURNING),
    }
    return render(request, "dashboard/orders/refund_one.html", context)


@policy("staff", "orders.refund", object_kind="refund")
@require_POST
def decide(request: HttpRequest, number: str) -> HttpResponse:
    found = _get(request, number)
    if request.POST.get("decision") != "approve":
        services.decline_refund(refund=found, reason=request.POST.get("reason", ""))
        messages.success(request, "已拒绝，顾客会看到理由")
    elif found.way == Refund.Way.RETURN_GOODS:
        services.approve_refund(refund=found)
        messages.success(request, "已同意退货，等顾客寄回；收到商品后再退款")
    else:
        services.approve_refund(refund=found)
        messages.success(request, f"已同意退款 {format_yuan(found.amount_fen)}，钱会原路退回顾客")
    return redirect(safe_next(request, "/orders/refunds"))


@policy("staff", "orders.refund", object_kind="refund")
@require_POST
def take_in(request: HttpRequest, number: str) -> HttpResponse:
    found = _get(request, number)
    services.take_goods_in(refund=found, restocks=request.POST.get("restocks") == "yes")
    messages.success(request, f"已收到退货，退款 {format_yuan(found.amount_fen)} 已提交")
    return redirect(f"/orders/refunds/{number}")


@policy("staff", "orders.refund", object_kind="refund")
@require_POST
def retry(request: HttpRequest, number: str) -> HttpResponse:
    found = _get(request, number)
    services.retry_refund(refund=found)
    messages.success(request, f"退款 {format_yuan(found.amount_fen)} 已重新提交")
    return redirect(safe_next(request, "/orders/refunds?state=failed"))


def _get(request: HttpRequest, number: str) -> Refund:
    found = desk.get_refund_for(staff_of(request), number)
    if found is None:
        raise NotFound
    return found
