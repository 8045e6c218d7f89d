"""Forms of stock: corrections, transfers, and a count from a file."""

import csv
import io
import re
from typing import Any

from django import forms

from core.errors import InvalidInput, Refusal
from mall.models import Sku
from mall.selectors import list_skus_with_codes
from mall.selectors.desk import list_skus_for
from mall.selectors.stocks import StockSearch
from mall.services.stock_moves import MOST_ROWS, Count, adjust_stock, count_many, transfer_stock
from mall.services.stocktaking import MOST_PIECES
from org.models import OrgUnit, Staff
from org.selectors import list_units_for
from pages.dashboard.forms import BootstrapForm
from pages.dashboard.product_forms import choose_from

HEADER = ("商品编码", "商品", "规格", "地点编码", "地点", "可售", "已被订单占用")
LARGEST = 2 << 20
SHOWN_PROBLEMS = 20


class StockSearchForm(BootstrapForm):
    q = forms.CharField(label="商品名称或编码", max_length=64, required=False)
    location = forms.ModelChoiceField(
        OrgUnit._default_manager.none(), label="地点", required=False, empty_label="全部"
    )
    low = forms.BooleanField(label="只看快卖完的", required=False)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "location", list_units_for(actor))
        self.fields["low"].widget.attrs["class"] = "form-check-input"

    def search(self) -> StockSearch:
        """What was understood; a field that made no sense does not narrow."""
        self.is_valid()
        found = self.cleaned_data
        location = found.get("location")
        return StockSearch(
            text=found.get("q", "").strip(),
            location_id=location.pk if location else None,
            low_only=bool(found.get("low")),
        )


class AdjustForm(BootstrapForm):
    location = forms.ModelChoiceField(
        OrgUnit._default_manager.none(), label="地点", empty_label="请选择"
    )
    change = forms.IntegerField(
        label="增减件数", min_value=-MOST_PIECES, max_value=MOST_PIECES, help_text="减少写负数"
    )
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "location", list_units_for(actor))

    def save_or_explain(self, sku: Sku) -> bool:
        try:
            adjust_stock(sku=sku, **self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class TransferForm(BootstrapForm):
    source = forms.ModelChoiceField(
        OrgUnit._default_manager.none(), label="从", empty_label="请选择"
    )
    target = forms.ModelChoiceField(
        OrgUnit._default_manager.none(), label="到", empty_label="请选择"
    )
    quantity = forms.IntegerField(label="件数", min_value=1, max_value=MOST_PIECES)
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "target"):
            choose_from(self, name, list_units_for(actor))

    def save_or_explain(self, sku: Sku) -> bool:
        try:
            transfer_stock(sku=sku, **self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class CountFileForm(BootstrapForm):
    """The exported table with new numbers under 可售: all of it is taken in, or none."""

    file = forms.FileField(label="盘点表（CSV）", help_text="用导出的表格改“可售”一列再上传")

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.count = actor, 0

    def save_or_explain(self) -> bool:
        try:
            self.count = count_many(counts=self._read())
        except Refusal as refused:
            return self.refuse(refused)
        return True

    def _read(self) -> list[Count]:
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise InvalidInput("文件太大，请分开上传")
        rows = list(csv.DictReader(io.StringIO(_decode(upload.read()))))[: MOST_ROWS + 1]
        missing = {"商品编码", "地点编码", "可售"} - set(rows[0] if rows else ())
        if missing:
            raise InvalidInput("表头里没有：" + "、".join(sorted(missing)))
        return self._understand(rows)

    def _understand(self, rows: list[dict[str, str]]) -> list[Count]:
        mine = set(list_skus_for(self.actor).order_by().values_list("pk", flat=True))
        codes = [plain_cell(row["商品编码"]) for row in rows]
        skus = {sku.code: sku for sku in list_skus_with_codes(codes) if sku.pk in mine}
        units = {unit.code: unit for unit in list_units_for(self.actor)}
        counts, problems = [], []
        for number, (code, row) in enumerate(zip(codes, rows, strict=True), start=2):
            sku, unit = skus.get(code), units.get(plain_cell(row["地点编码"]))
            free = plain_cell(row["可售"])
            if sku is None or unit is None or not re.fullmatch("[0-9]{1,7}", free):
                problems.append(f"第 {number} 行：{_why(sku, unit)}")
            else:
                counts.append(Count(sku, unit, int(free)))
        if problems:
            raise InvalidInput("；".join(problems[:SHOWN_PROBLEMS]))
        return counts


def _why(sku: Sku | None, unit: OrgUnit | None) -> str:
    if sku is None:
        return "没有这个商品编码"
    return "没有这个地点编码" if unit is None else "可售须是 0 以上的整数"


def plain_cell(text: str | None) -> str:
    """A cell without the quote that our own export puts before a risky one."""
    return (text or "").strip().removeprefix("'")


def _decode(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("文件的编码不能识别，请另存为 UTF-8 的 CSV")
