"""订单: finding them, reading their story, sending them, giving money back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from distribution.selectors.desk import tell_lines
from mall import selectors, services
from mall.models import Order
from mall.selectors import desk
from org.contracts import policy
from pages.dashboard.labels import PLATFORMS, name_details
from pages.dashboard.order_forms import OrderSearchForm, RefundForm, ResolveForm, ShipForm
from pages.exports import csv_response
from pages.http import page_of, staff_of

EXPORT_LIMIT = 50_000


@policy("staff", "orders.view")
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    form = OrderSearchForm(request.GET, actor=staff_of(request))
    page = page_of(request, desk.search_orders(staff_of(request), form.search()))
    template = "dashboard/orders/list.html"
    if request.headers.get("HX-Request"):
        template += "#rows"
    return render(request, template, {"form": form, "page": page})


@policy("staff", "orders.export")
@require_GET
def orders_csv(request: HttpRequest) -> HttpResponse:
    form = OrderSearchForm(request.GET, actor=staff_of(request))
    rows = desk.search_orders(staff_of(request), form.search())[:EXPORT_LIMIT]
    header = ("订单号", "平台", "平台单号", "类型", "状态", "品牌", "门店", "下单时间", "付款时间",
              "应付（分）", "实付（分）", "已退（分）")  # fmt: skip
    return csv_response("orders", header, (_cells(order) for order in rows.iterator()))


def _cells(order: Order) -> tuple[object, ...]:
    return (
        order.number,
        PLATFORMS.get(order.platform, order.platform),
        order.platform_order_no,
        order.get_kind_display(),
        order.get_state_display(),
        order.brand.name,
        order.store.name if order.store else "",
        order.placed_at,
        order.paid_at,
        order.total_fen,
        order.paid_fen,
        order.refunded_fen,
    )


@policy("staff", "orders.view", object_kind="order")
@require_GET
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    found = selectors.get_order_for(staff_of(request), order_id)
    return render(request, "dashboard/orders/order.html", _story(found))


@policy("staff", "orders.ship", object_kind="order")
@require_POST
def ship(request: HttpRequest, order_id: str) -> HttpResponse:
    found = selectors.get_order_for(staff_of(request), order_id)
    form = ShipForm(request.POST)
    if form.is_valid() and form.save_or_explain(found):
        messages.success(request, "已发货")
    else:
        messages.error(request, "没有发货：" + "；".join(form.sentences()))
    return redirect(f"/orders/{order_id}")


@policy("staff", "orders.refund", object_kind="order")
@require_http_methods(["GET", "POST"])
def refund(request: HttpRequest, order_id: str) -> HttpResponse:
    found = selectors.get_order_for(staff_of(request), order_id)
    form = RefundForm(request.POST or None, order=found)
    if request.method == "POST" and form.is_valid() and form.save_or_explain():
        messages.success(request, "退款已提交，钱会原路退回顾客")
        return redirect(f"/orders/{order_id}")
    return render(request, "dashboard/orders/refund.html", {"order": found, "form": form})


@policy("staff", "orders.refund")
@require_GET
def exceptions(request: HttpRequest) -> HttpResponse:
    show_all = request.GET.get("all") == "1"
    rows = selectors.list_pay_exceptions_for(staff_of(request), unresolved_only=not show_all)
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": [(row, name_details(row.detail)) for row in page],
        "words": selectors.EXCEPTION_WORDS,
        "show_all": show_all,
    }
    return render(request, "dashboard/orders/exceptions.html", context)


@policy("staff", "orders.refund", object_kind="pay_exception")
@require_POST
def exception_resolve(request: HttpRequest, exception_id: int) -> HttpResponse:
    found = selectors.get_pay_exception_for(staff_of(request), exception_id)
    form = ResolveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写下怎么处理的，方便以后核对")
        return redirect("/orders/exceptions")
    services.resolve_exception(exception=found, reason=form.cleaned_data["reason"])
    messages.success(request, "已标记为处理完毕")
    return redirect("/orders/exceptions")


def _story(found: Order) -> dict[str, object]:
    """Everything the page of an order shows."""
    lines = desk.list_lines_of(found)
    stories = tell_lines(lines)
    return {
        "order": found,
        "lines": [(line, stories.get(line.pk)) for line in lines],
        "payment": desk.find_payment(found),
        "refunds": selectors.list_refunds_of(found),
        "timeline": selectors.explain_order(found),
        "receiver": selectors.read_receiver(found),
        "ship_form": ShipForm(),
        "is_shippable": found.state == Order.State.PAID and found.kind == Order.Kind.SALE,
        "is_refundable": found.kind == Order.Kind.SALE and found.paid_fen > found.refunded_fen,
    }
