"""Forms of the package cards: a run of cards, the benefit that it promises."""

from typing import TYPE_CHECKING, Any

from django import forms

from acquisition.models import CardBatch
from acquisition.services import create_batch
from core.errors import Refusal
from mall.models import Benefit, Sku
from mall.selectors import list_benefits_for
from mall.selectors.desk import list_skus_for
from mall.services import create_benefit
from org.models import OrgUnit, Staff
from org.selectors import list_brands_for
from pages.dashboard.fields import YuanField
from pages.dashboard.forms import BootstrapForm
from pages.dashboard.labels import PLATFORMS

PLATFORM_CHOICES = [("", "不限"), *PLATFORMS.items()]


if TYPE_CHECKING:
    _Choice = forms.ModelChoiceField[Any]
else:
    _Choice = forms.ModelChoiceField


class BenefitChoice(_Choice):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.sku.product.title} {obj.sku.spec}）"


class SkuChoice(_Choice):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.product.title} {obj.spec} · {obj.code}"


class BatchForm(BootstrapForm):
    name = forms.CharField(label="批次名称", max_length=60, help_text="印在卡面上，也用来区分数据")
    brand = forms.ModelChoiceField(OrgUnit._default_manager.none(), label="品牌", empty_label=None)
    benefit = BenefitChoice(Benefit._default_manager.none(), label="福利", empty_label=None)
    size = forms.IntegerField(label="印刷张数", min_value=1, max_value=200_000)
    platform = forms.ChoiceField(label="随哪个平台的包裹", choices=PLATFORM_CHOICES, required=False)
    print_cost_fen = YuanField(label="印刷成本（元/张）", initial="0.15")
    insert_cost_fen = YuanField(label="投放成本（元/张）", initial="0.05")

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (
            ("brand", list_brands_for(actor)),
            ("benefit", list_benefits_for(actor)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        self.batch: CardBatch | None = None

    def save_or_explain(self) -> bool:
        try:
            self.batch = create_batch(**self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class BenefitForm(BootstrapForm):
    name = forms.CharField(label="福利名称", max_length=60, help_text="顾客在卡面和页面上看到的话")
    sku = SkuChoice(Sku._default_manager.none(), label="送什么", empty_label=None)
    worth_fen = YuanField(label="价值（元）", help_text="页面上说的价值，须与售价相符")
    threshold_fen = YuanField(
        label="随单门槛（元）", initial="29", help_text="下一单商品满这个金额才随单寄出；0 为不限"
    )
    valid_days = forms.IntegerField(label="有效天数", min_value=1, max_value=365, initial=30)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sku"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_skus_for(actor)

    def save_or_explain(self) -> bool:
        try:
            create_benefit(**self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class TableForm(BootstrapForm):
    file = forms.FileField(label="表格（CSV）")


class ReasonForm(BootstrapForm):
    reason = forms.CharField(label="原因", max_length=200)
