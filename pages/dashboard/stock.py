"""库存: how many pieces lie where, corrected, carried, counted."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.models import AuditEntry
from mall.models import Stock
from mall.selectors import desk, stocks
from org.contracts import policy
from org.selectors import name_units_for
from pages.dashboard.stock_forms import (
    HEADER,
    AdjustForm,
    CountFileForm,
    StockSearchForm,
    TransferForm,
)
from pages.exports import csv_response
from pages.http import page_of, staff_of

EXPORT_LIMIT = 50_000


@policy("staff", "stock.view")
@require_GET
def stock(request: HttpRequest) -> HttpResponse:
    form = StockSearchForm(request.GET, actor=staff_of(request))
    rows = stocks.list_stock_for(staff_of(request), form.search())
    context = {
        "form": form,
        "page": page_of(request, rows),
        "low": desk.LOW_STOCK,
        "short": desk.count_low_stock(staff_of(request)),
    }
    return render(request, "dashboard/stock/list.html", context)


@policy("staff", "stock.view")
@require_GET
def stock_csv(request: HttpRequest) -> HttpResponse:
    form = StockSearchForm(request.GET, actor=staff_of(request))
    rows = stocks.list_stock_for(staff_of(request), form.search())[:EXPORT_LIMIT]
    return csv_response("stock", HEADER, (_cells(row) for row in rows.iterator()))


def _cells(row: Stock) -> tuple[object, ...]:
    sku, place = row.sku, row.location
    free = row.on_hand - row.sold
    return sku.code, sku.product.title, sku.spec, place.code, place.name, free, row.sold


@policy("staff", "stock.edit")
@require_http_methods(["GET", "POST"])
def stock_import(request: HttpRequest) -> HttpResponse:
    form = CountFileForm(request.POST or None, request.FILES or None, actor=staff_of(request))
    if request.method == "POST" and form.is_valid() and form.save_or_explain():
        messages.success(request, f"已按盘点表更新 {form.count} 行")
        return redirect("/stock")
    return render(request, "dashboard/stock/import.html", {"form": form})


@policy("staff", "stock.view", object_kind="sku")
@require_GET
def sku_stock(request: HttpRequest, sku_id: int) -> HttpResponse:
    return _page(request, sku_id)


@policy("staff", "stock.edit", object_kind="sku")
@require_POST
def adjust(request: HttpRequest, sku_id: int) -> HttpResponse:
    sku = stocks.get_sku_for(staff_of(request), sku_id)
    form = AdjustForm(request.POST, actor=staff_of(request))
    if form.is_valid() and form.save_or_explain(sku):
        messages.success(request, "库存已调整")
        return redirect(f"/stock/{sku_id}")
    return _page(request, sku_id, adjust_form=form)


@policy("staff", "stock.edit", object_kind="sku")
@require_POST
def transfer(request: HttpRequest, sku_id: int) -> HttpResponse:
    sku = stocks.get_sku_for(staff_of(request), sku_id)
    form = TransferForm(request.POST, actor=staff_of(request))
    if form.is_valid() and form.save_or_explain(sku):
        messages.success(request, "已调拨")
        return redirect(f"/stock/{sku_id}")
    return _page(request, sku_id, transfer_form=form)


def _page(request: HttpRequest, sku_id: int, **forms: Any) -> HttpResponse:
    actor = staff_of(request)
    sku = stocks.get_sku_for(actor, sku_id)
    moves = list(stocks.list_stock_moves(sku))
    places = list(stocks.list_places_of(sku))
    names = name_units_for(actor, [place.location_id for place in places])
    context = {
        "sku": sku,
        "places": places,
        "moves": [(move, names.get(_place(move), "")) for move in moves],
        "words": MOVE_WORDS,
        "adjust_form": AdjustForm(actor=actor),
        "transfer_form": TransferForm(actor=actor),
        **forms,
    }
    return render(request, "dashboard/stock/sku.html", context)


def _place(move: AuditEntry) -> str:
    return str(move.after.get("location") or move.before.get("location"))


MOVE_WORDS = {
    "mall.stock.set": "设定库存",
    "mall.stock.counted": "盘点",
    "mall.stock.adjusted": "调整",
    "mall.stock.transferred_out": "调出",
    "mall.stock.transferred_in": "调入",
}
