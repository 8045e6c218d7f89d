"""Form fields that several pages of the dashboard share."""

from decimal import Decimal
from typing import Any

from django import forms

from core.money import fen_from_yuan


class YuanField(forms.DecimalField):
    """An amount typed in yuan; its clean value is integer fen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        kwargs.setdefault("max_value", Decimal(10_000_000))
        super().__init__(max_digits=12, decimal_places=2, **kwargs)

    def clean(self, value: Any) -> Any:
        yuan = super().clean(value)
        return None if yuan is None else fen_from_yuan(yuan)


class PercentField(forms.DecimalField):
    """A rate typed in percent; its clean value is integer ppm."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        kwargs.setdefault("max_value", Decimal(100))
        super().__init__(max_digits=7, decimal_places=4, **kwargs)

    def clean(self, value: Any) -> Any:
        percent = super().clean(value)
        return None if percent is None else int(percent * 10_000)
