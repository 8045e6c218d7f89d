"""The form of a freight template: one row for each zone, the last for everywhere else."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from core.errors import InvalidInput, Refusal
from core.money import fen_from_yuan
from mall.models import FreightTemplate
from mall.services import FreightTerms, save_freight_template
from org.models import OrgUnit, Staff
from org.selectors import list_brands_for
from pages.dashboard.fields import YuanField
from pages.dashboard.forms import BootstrapForm
from pages.dashboard.product_forms import choose_from

BLANK = {"regions": [], "first": 1, "first_fee_fen": 0, "next": 1, "next_fee_fen": 0}
SPARE_ROWS = 2
COLUMNS = ("regions", "first", "first_fee", "next", "next_fee")
_SEPARATOR = re.compile(r"[\s,，、;；]+")


class FreightForm(BootstrapForm):
    brand = forms.ModelChoiceField(OrgUnit._default_manager.none(), label="品牌", empty_label=None)
    name = forms.CharField(label="模板名称", max_length=40)
    basis = forms.ChoiceField(
        label="计费方式", choices=FreightTemplate.Basis.choices, help_text="按重量时单位是克"
    )
    free_from_fen = YuanField(label="满多少元包邮", required=False, help_text="0 为不包邮")
    free_from_pieces = forms.IntegerField(
        label="满多少件包邮", min_value=0, max_value=999, required=False, help_text="0 为不包邮"
    )
    refused = forms.CharField(
        label="不配送的地区", max_length=400, required=False, help_text="例如 西藏 新疆"
    )
    is_default = forms.BooleanField(label="没有单独指定的商品都用它", required=False)

    def __init__(
        self, *args: Any, actor: Staff, template: FreightTemplate | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", _initial(template) if template else {"is_default": True})
        super().__init__(*args, **kwargs)
        choose_from(self, "brand", list_brands_for(actor))
        self.fields["is_default"].widget.attrs["class"] = "form-check-input"
        self.template = template
        if template is not None:
            del self.fields["brand"]
        self.rows = self._typed_rows() if self.is_bound else _rows(template)

    def save_or_explain(self) -> bool:
        data = self.cleaned_data
        brand = self.template.brand if self.template else data["brand"]
        try:
            terms = FreightTerms(
                name=data["name"],
                basis=data["basis"],
                zones=[_zone(row) for row in self.rows if any(row.values())],
                refused=_split(data["refused"]),
                free_from_fen=data["free_from_fen"] or 0,
                free_from_pieces=data["free_from_pieces"] or 0,
            )
            self.template = save_freight_template(
                brand=brand, terms=terms, template=self.template, is_default=data["is_default"]
            )
        except Refusal as refused:
            return self.refuse(refused)
        return True

    def _typed_rows(self) -> list[dict[str, str]]:
        """As typed: the row of everywhere else is the last, the others name regions."""
        data: Any = self.data
        columns = [data.getlist(name)[:60] for name in COLUMNS]
        rows = [dict(zip(COLUMNS, cells, strict=True)) for cells in zip(*columns, strict=False)]
        return [row for row in rows[:-1] if row["regions"].strip()] + rows[-1:]


def _initial(template: FreightTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "basis": template.basis,
        "free_from_fen": f"{template.free_from_fen / 100:.2f}",
        "free_from_pieces": template.free_from_pieces,
        "refused": " ".join(template.refused),
        "is_default": template.is_default,
    }


def _rows(template: FreightTemplate | None) -> list[dict[str, str]]:
    """What stands in the form at first: the zones, some spare rows, everywhere else."""
    zones = template.zones if template else [BLANK]
    named = [_as_row(zone) for zone in zones if zone["regions"]]
    rest = next(zone for zone in zones if not zone["regions"])
    spare = [dict.fromkeys(COLUMNS, "") for _ in range(SPARE_ROWS)]
    return [*named, *spare, _as_row(rest)]


def _as_row(zone: dict[str, Any]) -> dict[str, str]:
    return {
        "regions": " ".join(zone["regions"]),
        "first": str(zone["first"]),
        "first_fee": f"{zone['first_fee_fen'] / 100:.2f}",
        "next": str(zone["next"]),
        "next_fee": f"{zone['next_fee_fen'] / 100:.2f}",
    }


def _zone(row: dict[str, str]) -> dict[str, Any]:
    return {
        "regions": _split(row["regions"]),
        "first": _count(row["first"]),
        "first_fee_fen": _fen(row["first_fee"]),
        "next": _count(row["next"]),
        "next_fee_fen": _fen(row["next_fee"]),
    }


def _split(text: str) -> list[str]:
    return [part for part in _SEPARATOR.split(text) if part]


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,7}", text.strip()):
        raise InvalidInput("首件（首重）和续件（续重）须是整数")
    return int(text)


def _fen(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,2})?", text.strip() or "0"):
        raise InvalidInput("运费须是元，最多两位小数")
    return int(fen_from_yuan(Decimal(text.strip() or "0")))
