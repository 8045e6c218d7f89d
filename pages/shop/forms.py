"""Where a parcel goes, as typed with a thumb; the mall decides whether it will do."""

from dataclasses import asdict
from typing import Any

from django import forms

from core.crypto import normal_phone
from mall.contracts import Place, Receiver
from pages.shop.pasting import PROVINCES


def _text(label: str, hint: str, most: int, **attributes: str) -> forms.CharField:
    attrs = {"class": "weui-input", "placeholder": hint, **attributes}
    return forms.CharField(label=label, max_length=most, widget=forms.TextInput(attrs=attrs))


class ReceiverForm(forms.Form):
    """Labels and autocompletion follow the WebView's own address book."""

    name = _text("收货人", "您的姓名", 30, autocomplete="name")
    phone = _text("手机号", "十一位手机号", 20, autocomplete="tel", inputmode="numeric", type="tel")
    province = forms.ChoiceField(
        label="省份",
        choices=[("", "请选择"), *((name, name) for name in PROVINCES)],
        widget=forms.Select(attrs={"class": "weui-select", "autocomplete": "address-level1"}),
    )
    city = _text("城市", "例如 杭州市", 30, autocomplete="address-level2")
    district = _text("区县", "选填", 30, autocomplete="address-level3")
    address = _text("详细地址", "街道、小区、门牌号", 120, autocomplete="street-address")

    def __init__(self, typed: Any = None, *, known: Receiver | None = None) -> None:
        super().__init__(typed, initial=asdict(known) if known else None)
        self.fields["district"].required = False

    def clean_phone(self) -> str:
        phone = normal_phone(self.cleaned_data["phone"])
        if not phone:
            raise forms.ValidationError("请填写十一位手机号")
        return phone

    def receiver(self) -> Receiver:
        """What was typed; call only when the form is valid."""
        return Receiver(**self.cleaned_data)

    def place(self) -> Place:
        """Where it would go, as far as that is chosen yet."""
        return Place(str(self["province"].value() or ""), str(self["city"].value() or ""))
