"""Forms of the catalogue: products, variants, prices, stock."""

from typing import Any

from django import forms
from django.db import transaction

from core.errors import Refusal
from mall.models import FreightTemplate, Product, Sku
from mall.selectors import list_templates_for
from mall.services import add_sku, add_stock, create_product, edit_product, set_price
from mall.services.stocktaking import MOST_PIECES, count_stock
from org.models import OrgUnit, Staff
from org.selectors import list_brands_for, list_units_for
from pages.dashboard.fields import YuanField
from pages.dashboard.forms import BootstrapForm


def choose_from(form: forms.Form, name: str, rows: Any) -> None:
    """Say which rows a choice of the form offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class SkuForm(BootstrapForm):
    code = forms.CharField(label="商品编码", max_length=64)
    spec = forms.CharField(label="规格", max_length=60, required=False)
    price_fen = YuanField(label="售价（元）")
    cost_fen = YuanField(label="成本（元）", help_text="用来算毛利、佣金上限和福利成本")
    reference_price_fen = YuanField(
        label="划线价（元）", required=False, help_text="须有真实成交记录，不填则不显示"
    )
    weight_g = forms.IntegerField(
        label="重量（克）",
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text="按重量算运费时用",
    )

    def clean_weight_g(self) -> int:
        return int(self.cleaned_data["weight_g"] or 0)

    def save_or_explain(self, product: Product) -> bool:
        try:
            add_sku(product=product, **self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class ProductForm(BootstrapForm):
    """What customers read."""

    title = forms.CharField(label="商品名称", max_length=80)
    subtitle = forms.CharField(label="一句话卖点", max_length=120, required=False)
    category = forms.CharField(label="品类", max_length=40, required=False)
    image = forms.RegexField(
        r"^(https://|/)[^\s\\]*$",
        label="图片地址",
        max_length=200,
        required=False,
        help_text="https:// 或 / 开头",
        error_messages={"invalid": "图片地址须以 https:// 或 / 开头"},
    )
    description = forms.CharField(
        label="商品说明", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    status = forms.ChoiceField(label="状态", choices=Product.Status.choices)
    freight = forms.ModelChoiceField(
        FreightTemplate._default_manager.none(),
        label="运费模板",
        required=False,
        empty_label="用品牌的默认运费",
    )

    def __init__(self, *args: Any, product: Product, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "freight", list_templates_for(actor).filter(brand=product.brand_id))

    def save_or_explain(self, product: Product) -> bool:
        try:
            edit_product(product=product, **self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class NewProductForm(SkuForm):
    """A product with its first variant and stock, in one go."""

    brand = forms.ModelChoiceField(OrgUnit._default_manager.none(), label="品牌", empty_label=None)
    title = forms.CharField(label="商品名称", max_length=80)
    subtitle = forms.CharField(label="一句话卖点", max_length=120, required=False)
    category = forms.CharField(label="品类", max_length=40, required=False)
    description = forms.CharField(
        label="商品说明", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    stock = forms.IntegerField(label="库存（件）", min_value=0, max_value=MOST_PIECES, initial=0)
    field_order = ("brand", "title", "subtitle", "category", "description")

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "brand", list_brands_for(actor))
        self.product: Product | None = None

    def create_or_explain(self) -> bool:
        data = dict(self.cleaned_data)
        stock, sku = data.pop("stock"), {name: data.pop(name) for name in SkuForm.base_fields}
        try:
            with transaction.atomic():
                self.product = create_product(**data)
                made = add_sku(product=self.product, **sku)
                count_stock(sku=made, location=data["brand"], free=stock)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class PriceForm(BootstrapForm):
    price_fen = YuanField(label="售价（元）")
    cost_fen = YuanField(label="成本（元）")
    weight_g = forms.IntegerField(
        label="重量（克）", min_value=0, max_value=1_000_000, required=False
    )

    def save_or_explain(self, sku: Sku) -> bool:
        try:
            set_price(sku=sku, **self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class StockForm(BootstrapForm):
    """New pieces in, or a count of what is left."""

    location = forms.ModelChoiceField(OrgUnit._default_manager.none(), label="地点")
    pieces = forms.IntegerField(label="件数", min_value=0, max_value=MOST_PIECES)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "location", list_units_for(actor))

    def save_or_explain(self, sku: Sku, *, is_count: bool) -> bool:
        location, pieces = self.cleaned_data["location"], self.cleaned_data["pieces"]
        try:
            if is_count:
                count_stock(sku=sku, location=location, free=pieces)
            else:
                add_stock(sku=sku, location=location, quantity=pieces)
        except Refusal as refused:
            return self.refuse(refused)
        return True
