"""Forms of the commission rules: the usual questions, or the whole configuration."""

import copy
import datetime as dt
import json
from typing import Any

from django import forms

from core import clock
from core.errors import Refusal
from distribution.models import RuleVersion
from distribution.selectors import USUAL_PAYOUT
from distribution.services import publish_rules
from org.models import OrgUnit
from pages.dashboard.fields import PercentField, YuanField
from pages.dashboard.forms import BootstrapForm

SPLITS = [
    ("split", "分享导购和绑定导购按比例分"),
    ("sharer_only", "全部归分享导购"),
    ("bound_only", "全部归绑定导购"),
]
TAXES = [("employee", "随工资计税，这里不代扣"), ("labour", "劳务报酬，按月累计预扣")]
SELF = [("off", "导购自己买不计佣"), ("level1_to_self", "导购自己买，佣金归自己")]


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"


class _PublishForm(BootstrapForm):
    """What both ways of publishing share; the service decides, the form explains."""

    effective_at = forms.DateTimeField(
        label="生效时间",
        required=False,
        widget=MomentInput,
        help_text="不填为马上生效；已下的单不变",
    )
    note = forms.CharField(label="改了什么、为什么", max_length=200)

    def clean_effective_at(self) -> dt.datetime | None:
        """An hour typed without a zone is an hour in Shanghai."""
        found: dt.datetime | None = self.cleaned_data["effective_at"]
        if found is None or found.tzinfo is not None:
            return found
        return found.replace(tzinfo=clock.SHANGHAI)

    def config(self) -> dict[str, Any]:
        raise NotImplementedError

    def publish_or_explain(self, brand: OrgUnit) -> bool:
        try:
            self.version = publish_rules(
                brand=brand,
                config=self.config(),
                effective_at=self.cleaned_data["effective_at"],
                note=self.cleaned_data["note"],
                has_acknowledged=self.cleaned_data.get("has_acknowledged", False),
            )
        except Refusal as refused:
            return self.refuse(refused)
        return True


ORDER = (
    "rate", "pool_cap", "split_mode", "self_purchase", "same_sharer", "same_bound",
    "cross_sharer", "cross_bound", "share_days", "protect_days", "rights_days", "is_automatic",
    "level2", "payout_least", "payout_most", "payout_daily", "payout_above", "payout_tax",
    "effective_at", "has_acknowledged", "note",
)  # fmt: skip
"""Two to a row: what belongs together stands side by side."""


def _percent(label: str, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100, **kwargs)


class RulesForm(_PublishForm):
    """The usual questions; what it does not ask stays as it is in `current`."""

    rate = PercentField(label="默认佣金率（%）")
    pool_cap = PercentField(
        label="佣金池上限（%）", help_text="一件商品的佣金合计不超过实付的这个比例"
    )
    split_mode = forms.ChoiceField(label="佣金怎么分", choices=SPLITS)
    same_sharer = _percent("同店：分享导购（%）")
    same_bound = _percent("同店：绑定导购（%）")
    cross_sharer = _percent("跨店：分享导购（%）")
    cross_bound = _percent("跨店：绑定导购（%）")
    self_purchase = forms.ChoiceField(label="自购", choices=SELF)
    share_days = forms.IntegerField(label="分享链接几天内有效", min_value=1, max_value=30)
    protect_days = forms.IntegerField(
        label="绑定保护天数", min_value=-2, max_value=3650, help_text="-2 为永不可抢，-1 为随时可抢"
    )
    rights_days = forms.IntegerField(label="收货后几天可以结算", min_value=0, max_value=3650)
    is_automatic = forms.BooleanField(label="到期自动结算", required=False)
    level2 = PercentField(label="第二级佣金率（%）", help_text="邀请人的佣金；0 为不开启")
    payout_least = YuanField(label="每笔提现最少（元）")
    payout_most = YuanField(label="每笔提现最多（元）", help_text="不能超过微信商家转账的单笔限额")
    payout_daily = YuanField(label="每人每天最多（元）")
    payout_above = YuanField(label="超过多少要财务同意（元）", help_text="0 为每笔都要")
    payout_tax = forms.ChoiceField(label="提现怎么计税", choices=TAXES)
    has_acknowledged = forms.BooleanField(
        label="我已阅读：最多两级，不收入门费，不按人头或团队计酬", required=False
    )

    def __init__(self, *args: Any, current: RuleVersion, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _answers(current.config))
        super().__init__(*args, **kwargs)
        self.current = current
        self.order_fields(ORDER)
        for name in ("is_automatic", "has_acknowledged"):
            self.fields[name].widget.attrs["class"] = "form-check-input"

    def config(self) -> dict[str, Any]:
        told = self.cleaned_data
        made: dict[str, Any] = copy.deepcopy(self.current.config)
        rates = made.setdefault("rates", {})
        rates["default"] = {"mode": "percent", "ppm": told["rate"]}
        made["pool_cap_ppm"] = told["pool_cap"]
        made["commission_split"] = {
            "mode": told["split_mode"],
            "same_store": {"sharer": told["same_sharer"], "bound": told["same_bound"]},
            "cross_store": {"sharer": told["cross_sharer"], "bound": told["cross_bound"]},
        }
        made["self_purchase"] = told["self_purchase"]
        made["evidence"] = {**made.get("evidence", {}), "share_days": told["share_days"]}
        made["binding"] = {**made.get("binding", {}), "protect_days": told["protect_days"]}
        rights = {"no_reason_days": told["rights_days"], "extra_days": 0}
        made["rights"] = {**made.get("rights", {}), **rights}
        made["is_settlement_automatic"] = told["is_automatic"]
        made["level2"] = {"is_on": told["level2"] > 0, "ppm": told["level2"]}
        made["payout"] = {
            "least_fen": told["payout_least"],
            "most_fen": told["payout_most"],
            "most_daily_fen": told["payout_daily"],
            "approve_above_fen": told["payout_above"],
            "tax_profile": told["payout_tax"],
        }
        return made


class RawRulesForm(_PublishForm):
    """The whole configuration as JSON: rates by tier, category and SKU too."""

    json = forms.CharField(label="完整规则（JSON）", widget=forms.Textarea(attrs={"rows": 18}))
    has_acknowledged = forms.BooleanField(
        label="我已阅读：最多两级，不收入门费，不按人头或团队计酬", required=False
    )
    field_order = ("json",)

    def __init__(self, *args: Any, current: RuleVersion, **kwargs: Any) -> None:
        text = json.dumps(current.config, ensure_ascii=False, indent=2)
        kwargs.setdefault("initial", {"json": text})
        super().__init__(*args, **kwargs)
        self.fields["json"].widget.attrs["class"] = "form-control font-monospace"
        self.fields["has_acknowledged"].widget.attrs["class"] = "form-check-input"

    def clean_json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.cleaned_data["json"])
        except ValueError as error:
            raise forms.ValidationError("不是有效的 JSON") from error
        if not isinstance(found, dict):
            raise forms.ValidationError("最外层应是一组字段")
        return found

    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data["json"]
        return found


def _answers(config: dict[str, Any]) -> dict[str, Any]:
    """The form's answers to a configuration in force."""
    split, rights = config.get("commission_split", {}), config.get("rights", {})
    same, cross = split.get("same_store", {}), split.get("cross_store", {})
    level2 = config.get("level2", {})
    return {
        "rate": _shown(config.get("rates", {}).get("default", {}).get("ppm", 0)),
        "pool_cap": _shown(config.get("pool_cap_ppm", 300_000)),
        "split_mode": split.get("mode", "split"),
        "same_sharer": same.get("sharer", 70),
        "same_bound": same.get("bound", 30),
        "cross_sharer": cross.get("sharer", 60),
        "cross_bound": cross.get("bound", 40),
        "self_purchase": config.get("self_purchase", "off"),
        "share_days": config.get("evidence", {}).get("share_days", 7),
        "protect_days": config.get("binding", {}).get("protect_days", 30),
        "rights_days": rights.get("no_reason_days", 7) + rights.get("extra_days", 1),
        "is_automatic": config.get("is_settlement_automatic", True),
        "level2": _shown(level2.get("ppm", 0) if level2.get("is_on") else 0),
        **_payout_answers(config.get("payout", {})),
    }


def _payout_answers(found: dict[str, Any]) -> dict[str, Any]:
    usual = USUAL_PAYOUT
    return {
        "payout_least": _yuan(found.get("least_fen", usual.least_fen)),
        "payout_most": _yuan(found.get("most_fen", usual.most_fen)),
        "payout_daily": _yuan(found.get("most_daily_fen", usual.most_daily_fen)),
        "payout_above": _yuan(found.get("approve_above_fen", usual.approve_above_fen)),
        "payout_tax": found.get("tax_profile", usual.tax_profile.value),
    }


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def _shown(ppm: int) -> str:
    return f"{ppm / 10_000:g}"
