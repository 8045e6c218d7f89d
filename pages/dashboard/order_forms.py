"""Forms of the orders: searching, shipping, giving money back."""

import datetime as dt
from typing import Any

from django import forms

from core import clock
from core.errors import Refusal
from mall.models import Order
from mall.selectors import refundable_freight, refundable_lines
from mall.selectors.desk import OrderSearch, list_lines_of
from mall.services import request_refund, ship_order
from org.models import OrgUnit, Staff
from org.selectors import list_brands_for
from pages.dashboard.fields import YuanField
from pages.dashboard.forms import BootstrapForm
from pages.dashboard.labels import PLATFORMS

CARRIERS = ("顺丰速运", "中通快递", "圆通速递", "韵达快递", "申通快递", "京东快递", "邮政", "其他")
ONE_DAY = dt.timedelta(days=1)


class DayInput(forms.DateInput):
    input_type = "date"


class OrderSearchForm(BootstrapForm):
    """Every field may be empty; the query string is the state of the page."""

    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), *Order.State.choices], required=False
    )
    platform = forms.ChoiceField(
        label="平台", choices=[("", "全部"), *PLATFORMS.items()], required=False
    )
    brand = forms.ModelChoiceField(
        OrgUnit._default_manager.none(), label="品牌", required=False, empty_label="全部"
    )
    since = forms.DateField(label="下单从", required=False, widget=DayInput)
    until = forms.DateField(label="到", required=False, widget=DayInput)
    number = forms.CharField(label="单号", max_length=64, required=False)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["brand"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_brands_for(actor)

    def search(self) -> OrderSearch:
        """What was understood; a field that made no sense does not narrow."""
        self.is_valid()
        found = self.cleaned_data
        brand, since, until = found.get("brand"), found.get("since"), found.get("until")
        return OrderSearch(
            state=found.get("state", ""),
            platform=found.get("platform", ""),
            brand_id=brand.pk if brand else None,
            since=clock.day_start(since) if since else None,
            until=clock.day_start(until + ONE_DAY) if until else None,
            number=found.get("number", "").strip(),
        )


class ShipForm(BootstrapForm):
    carrier = forms.ChoiceField(label="快递公司", choices=[(name, name) for name in CARRIERS])
    tracking_no = forms.CharField(label="运单号", max_length=64)

    def sentences(self) -> list[str]:
        """What is wrong, one sentence each."""
        return [str(text) for texts in self.errors.values() for text in texts]

    def save_or_explain(self, order: Order) -> bool:
        try:
            ship_order(order=order, **self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class RefundForm(BootstrapForm):
    """One amount for each line that has something left, and the freight."""

    reason = forms.CharField(label="原因", max_length=80)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.left = order, refundable_lines(order)
        self.left_freight = refundable_freight(order)
        self.lines = [line for line in list_lines_of(order) if self.left.get(line.pk)]
        for line in self.lines:
            self._add(f"line_{line.pk}", f"{line.title} × {line.quantity}", self.left[line.pk])
        if self.left_freight > 0:
            self._add("freight", "运费", self.left_freight)
        self.order_fields(["line", *[name for name in self.fields if name != "reason"], "reason"])

    @property
    def left_fen(self) -> int:
        return sum(self.left.values()) + max(0, self.left_freight)

    def save_or_explain(self) -> bool:
        data = self.cleaned_data
        amounts = [(line.pk, data.get(f"line_{line.pk}") or 0) for line in self.lines]
        try:
            request_refund(
                order=self.order,
                lines=[(line_id, fen) for line_id, fen in amounts if fen],
                freight_fen=data.get("freight") or 0,
                reason=data["reason"],
            )
        except Refusal as refused:
            return self.refuse(refused)
        return True

    def _add(self, name: str, label: str, left_fen: int) -> None:
        field = YuanField(label=f"退 {label}（元）", required=False)
        field.help_text = f"最多可退 ¥{left_fen / 100:,.2f}"
        field.initial = f"{left_fen / 100:.2f}"
        field.widget.attrs["class"] = "form-control"
        self.fields[name] = field


class ResolveForm(BootstrapForm):
    reason = forms.CharField(label="怎么处理的", max_length=200)
