"""秒杀: opened with pieces set aside, watched, ended."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.errors import Refusal
from core.money import format_yuan
from mall.models import FlashSale, Sku
from mall.selectors import reference_price
from mall.selectors.desk import list_skus_for
from mall.selectors.stocks import get_flash_sale_for, list_flash_sales_for
from mall.services import end_flash_sale, open_flash_sale
from mall.services.flash import MOST_MINUTES
from mall.services.stocktaking import MOST_PIECES
from org.contracts import policy
from org.models import Staff
from pages.dashboard.fields import YuanField
from pages.dashboard.forms import BootstrapForm
from pages.dashboard.product_forms import choose_from
from pages.http import page_of, staff_of

if TYPE_CHECKING:
    _SkuField = forms.ModelChoiceField[Sku]
else:
    _SkuField = forms.ModelChoiceField


class SkuChoice(_SkuField):
    def label_from_instance(self, sku: Any) -> str:
        words = " ".join(filter(None, (sku.product.title, sku.spec)))
        return f"{words}（{sku.code}，售价 {format_yuan(sku.price_fen)}）"


class Moment(forms.DateTimeInput):
    input_type = "datetime-local"


class SaleForm(BootstrapForm):
    sku = SkuChoice(Sku._default_manager.none(), label="商品", empty_label=None)
    price_fen = YuanField(label="秒杀价（元）")
    quantity = forms.IntegerField(
        label="件数", min_value=1, max_value=MOST_PIECES, help_text="从可售库存里划出，卖不完退回"
    )
    per_person = forms.IntegerField(label="每人限购（件）", min_value=1, max_value=99, initial=1)
    pay_minutes = forms.IntegerField(
        label="付款时限（分钟）", min_value=1, max_value=MOST_MINUTES, initial=5
    )
    starts_at = forms.DateTimeField(label="开始", widget=Moment(format="%Y-%m-%dT%H:%M"))
    ends_at = forms.DateTimeField(label="结束", widget=Moment(format="%Y-%m-%dT%H:%M"))

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        now = clock.now().astimezone(clock.SHANGHAI).replace(second=0, microsecond=0, tzinfo=None)
        hours = {"starts_at": now, "ends_at": now + dt.timedelta(hours=1)}
        super().__init__(*args, initial=hours, **kwargs)
        choose_from(self, "sku", list_skus_for(actor))
        self.sale: FlashSale | None = None

    def save_or_explain(self) -> bool:
        try:
            self.sale = open_flash_sale(**self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


@policy("staff", "sales.view")
@require_GET
def sales(request: HttpRequest) -> HttpResponse:
    page = page_of(request, list_flash_sales_for(staff_of(request)))
    context = {"page": page, "rows": [(sale, _standing(sale)) for sale in page]}
    return render(request, "dashboard/sales/list.html", context)


@policy("staff", "sales.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = SaleForm(request.POST or None, actor=staff_of(request))
    if request.method == "POST" and form.is_valid() and form.save_or_explain() and form.sale:
        messages.success(request, "秒杀已排好，到点自动开始")
        return redirect(f"/sales/{form.sale.public_id}")
    return render(request, "dashboard/sales/new.html", {"form": form})


@policy("staff", "sales.view", object_kind="flash_sale")
@require_GET
def sale(request: HttpRequest, sale_id: str) -> HttpResponse:
    found = get_flash_sale_for(staff_of(request), sale_id)
    context = {
        "sale": found,
        "standing": _standing(found),
        "sold": found.quantity - getattr(found, "left", 0) if found.ended_at is None else None,
        "reference_fen": reference_price(found.sku_id, found.starts_at),
    }
    return render(request, "dashboard/sales/sale.html", context)


@policy("staff", "sales.edit", object_kind="flash_sale")
@require_POST
def end(request: HttpRequest, sale_id: str) -> HttpResponse:
    found = get_flash_sale_for(staff_of(request), sale_id)
    if end_flash_sale(sale_id=found.pk):
        messages.success(request, "秒杀已结束，没卖完的件数回到可售库存")
    else:
        messages.warning(request, "这场秒杀已经结束了")
    return redirect(f"/sales/{sale_id}")


def _standing(sale: FlashSale) -> str:
    """ended, waiting, running or sold_out."""
    now = clock.now()
    if sale.ended_at is not None or sale.ends_at <= now:
        return "ended"
    if sale.starts_at > now:
        return "waiting"
    return "running" if getattr(sale, "left", 0) > 0 else "sold_out"
