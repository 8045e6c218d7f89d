"""商品: what is sold, for how much, and how much of it is left."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import NotFound
from mall.models import Product, Sku
from mall.selectors import desk, get_product_for
from org.contracts import policy
from org.selectors import list_units_for
from pages.dashboard.product_forms import (
    NewProductForm,
    PriceForm,
    ProductForm,
    SkuForm,
    StockForm,
)
from pages.http import page_of, staff_of

FIELDS = ("title", "subtitle", "category", "image", "description", "status", "freight")


@policy("staff", "products.view")
@require_GET
def products(request: HttpRequest) -> HttpResponse:
    rows = desk.list_products_with_skus(staff_of(request))
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(title__icontains=text)
    context = {"page": page_of(request, rows), "q": text, "low": desk.LOW_STOCK}
    return render(request, "dashboard/products/list.html", context)


@policy("staff", "products.edit")
@require_http_methods(["GET", "POST"])
def product_new(request: HttpRequest) -> HttpResponse:
    form = NewProductForm(request.POST or None, actor=staff_of(request))
    if request.method == "POST" and form.is_valid() and form.create_or_explain() and form.product:
        messages.success(request, f"已添加「{form.product.title}」")
        return redirect(f"/products/{form.product.public_id}")
    return render(request, "dashboard/products/new.html", {"form": form})


@policy("staff", "products.view", object_kind="product")
@require_GET
def product(request: HttpRequest, product_id: str) -> HttpResponse:
    return _page(request, get_product_for(staff_of(request), product_id))


@policy("staff", "products.edit", object_kind="product")
@require_POST
def product_edit(request: HttpRequest, product_id: str) -> HttpResponse:
    found = get_product_for(staff_of(request), product_id)
    form = ProductForm(request.POST, product=found, actor=staff_of(request))
    if form.is_valid() and form.save_or_explain(found):
        messages.success(request, "已保存")
        return redirect(f"/products/{product_id}")
    return _page(request, found, form=form)


@policy("staff", "products.edit", object_kind="product")
@require_POST
def sku_new(request: HttpRequest, product_id: str) -> HttpResponse:
    found = get_product_for(staff_of(request), product_id)
    form = SkuForm(request.POST)
    if form.is_valid() and form.save_or_explain(found):
        messages.success(request, "已添加规格")
        return redirect(f"/products/{product_id}")
    return _page(request, found, sku_form=form)


@policy("staff", "products.edit", object_kind="sku")
@require_POST
def sku_price(request: HttpRequest, product_id: str, sku_id: int) -> HttpResponse:
    sku, form = _sku(request, product_id, sku_id), PriceForm(request.POST)
    return _done(request, product_id, form.is_valid() and form.save_or_explain(sku), form)


@policy("staff", "products.edit", object_kind="sku")
@require_POST
def sku_stock(request: HttpRequest, product_id: str, sku_id: int) -> HttpResponse:
    sku, form = _sku(request, product_id, sku_id), StockForm(request.POST, actor=staff_of(request))
    is_done = form.is_valid() and form.save_or_explain(sku, is_count="count" in request.POST)
    return _done(request, product_id, is_done, form)


def _sku(request: HttpRequest, product_id: str, sku_id: int) -> Sku:
    sku = desk.get_sku_of(get_product_for(staff_of(request), product_id), sku_id)
    if sku is None:
        raise NotFound
    return sku


def _done(request: HttpRequest, product_id: str, is_done: bool, form: Any) -> HttpResponse:
    if is_done:
        messages.success(request, "已保存")
    else:
        texts = [str(text) for texts in form.errors.values() for text in texts]
        messages.error(request, "没有保存：" + "；".join(texts))
    return redirect(f"/products/{product_id}")


def _page(request: HttpRequest, found: Product, **forms: Any) -> HttpResponse:
    context = {
        "product": found,
        "skus": desk.list_all_skus_of(found),
        "form": ProductForm(
            initial={name: getattr(found, name) for name in FIELDS},
            product=found,
            actor=staff_of(request),
        ),
        "sku_form": SkuForm(),
        "locations": list_units_for(staff_of(request)),
        **forms,
    }
    return render(request, "dashboard/products/product.html", context)
