"""After-sale as its buyer sees it: where it stands, and what is theirs to do."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import Refusal
from mall.models import Refund
from mall.selectors import explain_refund, get_after_sale_of, list_after_sales_of
from mall.services import send_goods_back, withdraw_refund
from org.contracts import policy
from pages.http import page_of
from pages.shop.http import customer_of
from pages.shop.orders import TABS

CARRIERS = ("顺丰速运", "中通快递", "圆通速递", "韵达快递", "申通快递", "京东快递", "邮政", "其他")


@policy("customer")
@require_GET
def after_sales(request: HttpRequest) -> HttpResponse:
    rows = list_after_sales_of(customer_of(request))
    context = {"page": page_of(request, rows, size=10), "tabs": TABS, "chosen": "after_sale"}
    return render(request, "shop/after_sale/list.html", context)


@policy("customer", object_kind="after_sale")
@require_GET
def after_sale(request: HttpRequest, number: str) -> HttpResponse:
    found = get_after_sale_of(customer_of(request), number)
    context = {
        "refund": found,
        "moments": list(reversed(explain_refund(found))),
        "carriers": CARRIERS,
        "can_send": found.state in (Refund.State.TO_RETURN, Refund.State.RETURNING),
        "can_withdraw": found.state in (Refund.State.APPLIED, Refund.State.TO_RETURN),
    }
    return render(request, "shop/after_sale/detail.html", context)


@policy("customer", object_kind="after_sale")
@require_POST
def send_back(request: HttpRequest, number: str) -> HttpResponse:
    found = get_after_sale_of(customer_of(request), number)
    carrier, parcel = request.POST.get("carrier", ""), request.POST.get("tracking_no", "")
    try:
        send_goods_back(refund=found, carrier=carrier, tracking_no=parcel)
        messages.success(request, "已记下运单号，商家收到后退款")
    except Refusal as refused:
        messages.warning(request, refused.text)
    return redirect(f"/after-sales/{number}")


@policy("customer", object_kind="after_sale")
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    found = get_after_sale_of(customer_of(request), number)
    try:
        withdraw_refund(refund=found)
        messages.success(request, "申请已撤销")
    except Refusal as refused:
        messages.warning(request, refused.text)
    return redirect(f"/after-sales/{number}")
