"""Forms of the order import: the file, and which of its columns is what."""

from collections.abc import Sequence
from typing import Any

from django import forms

from mall.selectors import list_mappings
from mall.selectors.import_words import FIELD_WORDS, read_mapping
from org.models import OrgUnit, Staff
from org.selectors import list_brands_for
from pages.dashboard.forms import BootstrapForm
from pages.dashboard.labels import STATUSES
from pages.dashboard.product_forms import choose_from

PLATFORMS = [
    ("tmall", "天猫"),
    ("jd", "京东"),
    ("youzan", "有赞"),
    ("douyin", "抖音"),
    ("generic", "其他（自己对应各列）"),
]
UNITS = [("yuan", "元"), ("fen", "分")]
ZONES = [("Asia/Shanghai", "北京时间"), ("UTC", "世界标准时间"), ("Europe/London", "伦敦时间")]


class UploadForm(BootstrapForm):
    platform = forms.ChoiceField(label="平台", choices=PLATFORMS)
    brand = forms.ModelChoiceField(OrgUnit._default_manager.none(), label="品牌", empty_label=None)
    saved = forms.ChoiceField(
        label="套用保存的对应关系", required=False, help_text="只用于“其他”，可以在预览页再改"
    )
    file = forms.FileField(label="订单文件", help_text="CSV、XLSX 或 Parquet")
    detail = forms.FileField(
        label="宝贝明细", required=False, help_text="天猫的 ExportOrderDetailList，可以之后再导"
    )

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "brand", list_brands_for(actor))
        names = [(name, name) for name in list_mappings().values_list("name", flat=True)]
        field = self.fields["saved"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "没有"), *names]


class MappingForm(BootstrapForm):
    """The state of a mapping in the query string: `c_<field>` names the column."""

    unit = forms.ChoiceField(label="金额单位", choices=UNITS, required=False)
    timezone = forms.ChoiceField(label="时间是哪里的", choices=ZONES, required=False)
    buyer_kind = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,19}$", label="店铺系统代号", required=False, initial="generic",
        help_text="同一系统用同一个代号，订单号和买家才认得出来",
        error_messages={"invalid": "代号用小写英文字母、数字和下划线，最多 20 个"},
    )  # fmt: skip
    cancel_prefix = forms.CharField(
        label="冲销单的订单号开头", max_length=10, required=False, help_text="例如 C，没有就不填"
    )
    left_prefix = forms.CharField(
        label="不导入的订单号开头", max_length=10, required=False, help_text="例如 A，没有就不填"
    )
    statuses = forms.CharField(
        label="状态的说法", required=False, help_text="每行一个，例如：交易成功=已完成",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "没有"), *((column, column) for column in columns)]
        for name, words in FIELD_WORDS.items():
            field = forms.ChoiceField(label=words, choices=choices, required=False)
            field.widget.attrs["class"] = "form-select"
            self.fields[f"c_{name}"] = field
        self.order_fields([f"c_{name}" for name in FIELD_WORDS])

    def mapping(self) -> Any:
        """Raises `ImportRefused` where the answers are no mapping."""
        told = self.cleaned_data
        columns = {name: told[f"c_{name}"] for name in FIELD_WORDS if told[f"c_{name}"]}
        number = columns.get("order_no", "")
        return read_mapping(
            {
                "columns": columns,
                "unit": told["unit"] or "yuan",
                "timezone": told["timezone"] or "Asia/Shanghai",
                "buyer_kind": told["buyer_kind"] or "generic",
                "cancellation": _rule(number, told["cancel_prefix"]),
                "left_out": _rule(number, told["left_prefix"]),
                "statuses": _pairs(told["statuses"]),
            }
        )


def answers_of(mapping: Any) -> dict[str, str]:
    """The query parameters that say the same as a mapping."""
    told = {f"c_{name}": column for name, column in mapping.columns.items()}
    told |= {"unit": mapping.unit, "timezone": mapping.timezone, "buyer_kind": mapping.buyer_kind}
    if mapping.cancellation:
        told["cancel_prefix"] = mapping.cancellation.prefix
    if mapping.left_out:
        told["left_prefix"] = mapping.left_out.prefix
    told["statuses"] = "\n".join(f"{word}={ours}" for word, ours in mapping.statuses.items())
    return told


def _rule(column: str, prefix: str) -> dict[str, str] | None:
    return {"column": column, "prefix": prefix} if column and prefix else None


def _pairs(text: str) -> dict[str, str]:
    """`word=ours` by line; a Chinese name of ours is understood too."""
    ours = {name: code for code, name in STATUSES.items()}
    found = {}
    for line in text.splitlines():
        word, _, code = line.partition("=")
        if word.strip():
            found[word.strip()] = ours.get(code.strip(), code.strip())
    return found
